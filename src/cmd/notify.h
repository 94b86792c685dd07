/*
 * Notify: the supervisor tells systemd how the service stands (sd_notify(3): datagrams to $NOTIFY_SOCKET). Without that
 * variable nothing is sent.
 */
#ifndef BESA_CMD_NOTIFY_H
#define BESA_CMD_NOTIFY_H

#include "base/attributes.h"

#include <stdbool.h>
#include <stdint.h>

struct notify {
    int fd; /* -1: nobody listens */
    int64_t
        watchdog_ms; /* systemd ends a service that is silent for so long; 0: it does not watch */
};

/* Reads $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID and takes them out of the environment. */
void notify_open(struct notify *notify);
void notify_close(struct notify *notify);
/* One or more "NAME=value" lines: "READY=1\nSTATUS=...". False when nobody listens or heard it. */
bool notify_send(const struct notify *notify, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
