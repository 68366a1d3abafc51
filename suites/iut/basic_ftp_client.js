// One operation with basic-ftp: MODULE OPERATION HOST PORT USER PASSWORD [ARGUMENT...].
//
// MODULE is the folder of the package. The exit status is 0 where it was done, 1 where the server
// refused or the connection broke, 2 where the command line is wrong. What was asked for goes to
// standard output.
"use strict";

const fs = require("fs");
const path = require("path");

const TIMEOUT = 5000; // milliseconds

function print(...words) {
    console.log(words.join(" "));
}

function printEntries(entries) {
    for (const entry of entries)
        print(entry.name, entry.size);
}

// Without MLSD, which list() takes where the server has it, it is LIST.
async function listLong(client, folder) {
    client.availableListCommands = client.availableListCommands.filter(name => name !== "MLSD");
    printEntries(await client.list(folder));
}

function globToRegExp(pattern) {
    const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
    return new RegExp(`^${escaped.replace(/\*/g, ".*").replace(/\?/g, ".")}$`);
}

async function getMany(client, pattern) {
    const folder = path.posix.dirname(pattern);
    const wanted = globToRegExp(path.posix.basename(pattern));

    for (const entry of await client.list(folder === "." ? undefined : folder)) {
        if (entry.isFile && wanted.test(entry.name))
            await client.downloadTo(entry.name, path.posix.join(folder, entry.name));
    }
}

// How many arguments each takes: least, most.
const OPERATIONS = {
    get: [(client, remote, local) => client.downloadTo(local, remote), 2, 2],
    put: [(client, local, remote) => client.uploadFrom(local, remote), 2, 2],
    append: [(client, local, remote) => client.appendFrom(local, remote), 2, 2],
    resume: [(client, remote, local) =>
        client.downloadTo(local, remote, fs.statSync(local).size), 2, 2],
    list: [listLong, 0, 1],
    mlsd: [async (client, folder) => printEntries(await client.list(folder)), 0, 1],
    delete: [(client, name) => client.remove(name), 1, 1],
    rename: [(client, from, to) => client.rename(from, to), 2, 2],
    mkdir: [(client, name) => client.ensureDir(name), 1, 1],
    rmdir: [(client, name) => client.removeEmptyDir(name), 1, 1],
    size: [async (client, name) => print(await client.size(name)), 1, 1],
    mtime: [async (client, name) => print((await client.lastMod(name)).toISOString()), 1, 1],
    mget: [getMany, 1, 1],
    login: [async () => {}, 0, 0],
};

async function main(argv) {
    const [module_, name, host, port, user, password, ...rest] = argv;
    const [operation, least, most] = OPERATIONS[name] || [];

    if (operation === undefined || rest.length < least || rest.length > most) {
        console.error("usage: MODULE OPERATION HOST PORT USER PASSWORD [ARGUMENT...]");
        return 2;
    }
    const client = new (require(module_).Client)(TIMEOUT);
    try {
        await client.access({ host, port: Number(port), user, password });
        await operation(client, ...rest);
    } catch (error) {
        console.error(`${error.name}: ${error.message}`);
        return 1;
    } finally {
        client.close();
    }
    return 0;
}

main(process.argv.slice(2)).then(status => {
    process.exitCode = status;
});
