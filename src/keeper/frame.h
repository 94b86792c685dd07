/* Frames on the sockets between node, keeper and token process: a u32 size and that many bytes. */
#ifndef BESA_KEEPER_FRAME_H
#define BESA_KEEPER_FRAME_H

#include "base/buffer.h"
#include "base/span.h"

/* False when the other end is gone. */
bool keeper_frame_send(int fd, struct span bytes);
/* Replaces what `out` holds. False when the other end is gone, or the frame is above out's limit: what follows on the socket
 * means nothing then. */
bool keeper_frame_receive(int fd, struct buffer *out);

#endif
