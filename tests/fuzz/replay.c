/* replay: feeds every file of the folders named, whole and cut at each of its first octets, to a
 * fuzz target. Exits 77 (skipped) where there is no file at all. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUTS 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint8_t *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    long size;

    if (file == NULL)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0) {
        rewind(file);
        data = malloc((size_t)size + 1);
        *len = data == NULL ? 0 : fread(data, 1, (size_t)size, file);
    }
    fclose(file);
    return data;
}

/* A copy of just that many octets, so that a sanitizer sees a read past them. */
static void feed(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);

    if (copy == NULL)
        exit(1);
    memcpy(copy, data, len);
    LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

static int replay(const char *path)
{
    size_t len = 0;
    uint8_t *data = read_file(path, &len);

    if (data == NULL) {
        perror(path);
        return 0;
    }
    for (size_t cut = 0; cut < len && cut < CUTS; cut++)
        feed(data, cut);
    feed(data, len);
    free(data);
    return 1;
}

static int replay_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    int count = 0;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char path[4096];

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%.3000s/%.255s", folder, entry->d_name);
        count += replay(path);
    }
    if (dir != NULL)
        closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;

    for (int i = 1; i < argc; i++)
        count += replay_folder(argv[i]);
    printf("%d inputs\n", count);
    return count > 0 ? 0 : 77;
}
