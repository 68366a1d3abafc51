/* offload: what a network device does to packets behind the program's back. */
#ifndef PEERSPEC_LAB_OFFLOAD_H
#define PEERSPEC_LAB_OFFLOAD_H

#include "base/diag.h"

/* Switch off all segmentation and coalescing of `device`, so that its packets are what was
 * written. What the device cannot change stays as it is. ERR_PERMISSION where we may not,
 * ERR_SYSTEM. */
NODISCARD enum err offload_off(const char *device, struct diag *why);

#endif
