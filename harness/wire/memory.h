/* memory: the heap of this stage. Where it is out, the program ends, as with an arena. */
#ifndef PEERSPEC_WIRE_MEMORY_H
#define PEERSPEC_WIRE_MEMORY_H

#include <stddef.h>

/* `count` things of `size` octets, all zero; freed with free(). Never NULL. */
void *memory_zeroed(size_t count, size_t size);
/* `old`, of `size` octets from now on; what is new is not set. Never NULL. */
void *memory_resized(void *old, size_t size);
/* `old` with room for one more than `count`; *room says for how many there is. Never NULL. */
void *memory_grown(void *old, size_t count, size_t *room, size_t size);

#endif
