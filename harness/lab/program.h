/* program: where a program is. */
#ifndef PEERSPEC_LAB_PROGRAM_H
#define PEERSPEC_LAB_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/* The full path of a program, looked for on PATH, then in /usr/sbin, /sbin, /usr/local/sbin and
 * below the folder that PEERSPEC_IUT_ROOT names; one with a slash is where it says. False where
 * there is none that can be run, or its path is longer than `room`. */
bool program_find(const char *program, char *path, size_t room);

#endif
