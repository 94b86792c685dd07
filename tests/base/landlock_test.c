/*
 * Landlock: what is not allowed fails, on files and on ports, each tried in a child of its own; a rule on a file is taken as far
 * as it fits files; a kernel without it limits nothing and says so.
 */
#include "check.h"
#include "base/landlock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char place[64];
static char inside[96], outside[96]; /* a file each */
static uint16_t open_port, closed_port;

static int listen_anywhere(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 8) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        exit(1);
    *port = ntohs(address.sin_port);
    return fd;
}

/* In the child: 0 when all claims hold, else the number of the first that does not. */
typedef int trial(void);

static int limited(uint64_t allowed, const char *path, trial *claims)
{
    struct landlock landlock;
    struct error err = {0};
    int status = -1;

    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        bool ok = landlock_begin(&landlock, LANDLOCK_BIND | LANDLOCK_CONNECT, &err) &&
                  landlock_path(&landlock, path, allowed, true, &err) &&
                  landlock_port(&landlock, open_port, LANDLOCK_CONNECT, &err);
        if (!landlock_end(&landlock, ok, &err)) {
            fprintf(stderr, "%s\n", err.text);
            _exit(100);
        }
        _exit(claims());
    }
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 101;
}

static int opens(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    int failure = errno;
    if (fd >= 0)
        close(fd);
    return fd >= 0 ? 0 : failure;
}

static int reading_below(void)
{
    return opens(inside, O_RDONLY) != 0         ? 1
           : opens(inside, O_RDWR) != EACCES    ? 2
           : opens(outside, O_RDONLY) != EACCES ? 3
                                                : 0;
}

static int changing_below(void)
{
    char made[128];

    snprintf(made, sizeof made, "%s/in/made", place);
    return opens(inside, O_RDWR | O_TRUNC) != 0    ? 1
           : opens(made, O_CREAT | O_RDWR) != 0    ? 2
           : unlink(made) != 0                     ? 3
           : opens(outside, O_RDWR) != EACCES      ? 4
           : opens("/etc/hostname", O_RDONLY) == 0 ? 5
                                                   : 0;
}

static int one_file(void)
{
    return opens(inside, O_RDONLY) != 0 ? 1 : opens(outside, O_RDONLY) != EACCES ? 2 : 0;
}

CHECK_TEST(only_what_is_allowed_can_be_opened)
{
    char directory[96];

    if (landlock_version() <= 0)
        CHECK_NOT_RUN("no Landlock in this kernel");
    snprintf(directory, sizeof directory, "%s/in", place);
    CHECK_INT(limited(LANDLOCK_READ, directory, reading_below), 0);
    CHECK_INT(limited(LANDLOCK_CHANGE, directory, changing_below), 0);
    CHECK_INT(limited(LANDLOCK_CHANGE | LANDLOCK_DEVICE, inside, one_file), 0);
}

static int connects(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int failure = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
    close(fd);
    return failure;
}

static int ports(void)
{
    return connects(open_port) != 0 ? 1 : connects(closed_port) != EACCES ? 2 : 0;
}

CHECK_TEST(only_the_ports_allowed_are_reached)
{
    if (landlock_version() < 4)
        CHECK_NOT_RUN("no network in this kernel's Landlock");
    CHECK_INT(limited(LANDLOCK_READ, place, ports), 0);
}

CHECK_TEST(a_path_that_must_be_there_is_asked_for)
{
    struct landlock landlock;
    struct error err = {0};

    if (landlock_version() <= 0)
        CHECK_NOT_RUN("no Landlock in this kernel");
    CHECK_OK(landlock_begin(&landlock, 0, &err), err);
    CHECK_OK(landlock_path(&landlock, "/there/is/none", LANDLOCK_READ, false, &err), err);
    bool ok = landlock_path(&landlock, "/there/is/none", LANDLOCK_READ, true, &err);
    CHECK_ERROR(err, ERROR_STORE, "/there/is/none");
    CHECK(!landlock_end(&landlock, ok, &err));
    CHECK_INT(opens("/etc/passwd", O_RDONLY), 0); /* dropped: nothing is limited */
}

static bool file_make(const char *path)
{
    int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, "x", 1) == 1;
    if (fd >= 0)
        close(fd);
    return ok;
}

int main(void)
{
    char directory[96];

    snprintf(place, sizeof place, "/tmp/besa-landlock-XXXXXX");
    if (mkdtemp(place) == NULL)
        return 1;
    snprintf(directory, sizeof directory, "%s/in", place);
    snprintf(inside, sizeof inside, "%s/in/file", place);
    snprintf(outside, sizeof outside, "%s/file", place);
    if (mkdir(directory, 0700) != 0 || !file_make(inside) || !file_make(outside))
        return 1;
    int first = listen_anywhere(&open_port), second = listen_anywhere(&closed_port);
    CHECK_RUN(only_what_is_allowed_can_be_opened);
    CHECK_RUN(only_the_ports_allowed_are_reached);
    CHECK_RUN(a_path_that_must_be_there_is_asked_for);
    close(first);
    close(second);
    unlink(inside);
    unlink(outside);
    rmdir(directory);
    rmdir(place);
    return check_end();
}
