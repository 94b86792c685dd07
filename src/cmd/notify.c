/* Notify: see notify.h. */
#include "cmd/notify.h"

#include "base/span.h"
#include "base/text.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NOTIFY_TEXT_SIZE 512

static int socket_open(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t size = strlen(name);

    /* A path, or '@' for a name without a file. */
    if ((name[0] != '/' && name[0] != '@') || size < 2 || size >= sizeof address.sun_path)
        return -1;
    memcpy(address.sun_path, name, size);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, length) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* $WATCHDOG_PID, where it is set, names whom systemd watches. */
static int64_t watchdog_read(void)
{
    const char *microseconds = getenv("WATCHDOG_USEC");
    const char *pid = getenv("WATCHDOG_PID");
    uint64_t number = 0;

    if (pid != NULL && (!number_read(span_text(pid), &number) || number != (uint64_t)getpid()))
        return 0;
    if (microseconds == NULL || !number_read(span_text(microseconds), &number) ||
        number > INT64_MAX)
        return 0;
    return (int64_t)(number / 1000);
}

void notify_open(struct notify *notify)
{
    const char *name = getenv("NOTIFY_SOCKET");

    *notify = (struct notify){.fd = name == NULL ? -1 : socket_open(name),
                              .watchdog_ms = watchdog_read()};
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

void notify_close(struct notify *notify)
{
    if (notify->fd >= 0)
        close(notify->fd);
    notify->fd = -1;
}

bool notify_send(const struct notify *notify, const char *format, ...)
{
    char text[NOTIFY_TEXT_SIZE];
    va_list list;

    va_start(list, format);
    int size = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return notify->fd >= 0 && size > 0 && (size_t)size < sizeof text &&
           send(notify->fd, text, (size_t)size, MSG_NOSIGNAL) == size;
}
