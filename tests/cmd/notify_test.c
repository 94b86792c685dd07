/* Notify: what systemd hears, and that nothing is sent where nobody listens. */
#include "cmd/notify.h"
#include "check.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t size = strlen(name);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    memcpy(address.sun_path, name, size);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
    return bind(fd, (struct sockaddr *)&address, length) == 0 ? fd : -1;
}

static void is_heard_at(const char *name)
{
    struct notify notify;
    char text[64] = "";
    int fd = listen_at(name);

    CHECK_OR_RETURN(fd >= 0);
    setenv("NOTIFY_SOCKET", name, 1);
    notify_open(&notify);
    CHECK(getenv("NOTIFY_SOCKET") == NULL);
    CHECK(notify_send(&notify, "READY=%d\nSTATUS=%s", 1, "serves"));
    CHECK_INT(recv(fd, text, sizeof text - 1, 0), 21);
    CHECK(strcmp(text, "READY=1\nSTATUS=serves") == 0);
    notify_close(&notify);
    CHECK(!notify_send(&notify, "READY=1"));
    close(fd);
}

CHECK_TEST(a_path_hears)
{
    char name[64];

    snprintf(name, sizeof name, "/tmp/besa-notify-%d", (int)getpid());
    is_heard_at(name);
    unlink(name);
}

CHECK_TEST(an_abstract_name_hears)
{
    char name[64];

    snprintf(name, sizeof name, "@besa-notify-%d", (int)getpid());
    is_heard_at(name);
}

CHECK_TEST(without_systemd_nothing_is_sent)
{
    static const char *const names[] = {"", "@", "/", "relative", "/nonexistent/socket"};
    struct notify notify;

    notify_open(&notify);
    CHECK(!notify_send(&notify, "READY=1"));
    CHECK_INT(notify.watchdog_ms, 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        notify_open(&notify);
        CHECK_INT(notify.fd, -1);
    }
}

static int64_t watchdog_of(const char *microseconds, const char *pid)
{
    struct notify notify;

    setenv("WATCHDOG_USEC", microseconds, 1);
    if (pid != NULL)
        setenv("WATCHDOG_PID", pid, 1);
    notify_open(&notify);
    notify_close(&notify);
    return notify.watchdog_ms;
}

CHECK_TEST(the_watchdog_is_meant_for_the_process_it_names)
{
    char own[24];

    snprintf(own, sizeof own, "%d", (int)getpid());
    CHECK_INT(watchdog_of("30000000", own), 30000);
    CHECK_INT(watchdog_of("30000000", NULL), 30000);
    CHECK_INT(watchdog_of("30000000", "1"), 0);
    CHECK_INT(watchdog_of("soon", NULL), 0);
    CHECK_INT(watchdog_of("-5", NULL), 0);
    CHECK(getenv("WATCHDOG_USEC") == NULL);
}

int main(void)
{
    CHECK_RUN(a_path_hears);
    CHECK_RUN(an_abstract_name_hears);
    CHECK_RUN(without_systemd_nothing_is_sent);
    CHECK_RUN(the_watchdog_is_meant_for_the_process_it_names);
    return check_end();
}
