/* Frames: see frame.h. */
#include "keeper/frame.h"

#include "base/cursor.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/types.h>

static bool send_all(int fd, struct span bytes)
{
    while (bytes.size > 0) {
        ssize_t put = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        bytes = span_part(bytes, (size_t)put, bytes.size);
    }
    return true;
}

static bool receive_all(int fd, uint8_t *out, size_t size)
{
    while (size > 0) {
        ssize_t got = recv(fd, out, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        out += got;
        size -= (size_t)got;
    }
    return true;
}

bool keeper_frame_send(int fd, struct span bytes)
{
    uint8_t head[4];

    for (size_t i = 0; i < sizeof head; i++)
        head[i] = (uint8_t)(bytes.size >> (24 - 8 * i));
    return send_all(fd, span_make(head, sizeof head)) && send_all(fd, bytes);
}

bool keeper_frame_receive(int fd, struct buffer *out)
{
    uint8_t head[4];

    buffer_clear(out);
    if (!receive_all(fd, head, sizeof head))
        return false;
    struct cursor cursor = cursor_make(span_make(head, sizeof head));
    size_t size = cursor_u32(&cursor);
    uint8_t *room = buffer_room(out, size); /* refuses more than out's limit */
    return room != NULL && receive_all(fd, room, size);
}
