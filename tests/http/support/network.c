/* A network namespace of the test's own, in which it may have any address. */
#include "http/support/ground.h"

#include <arpa/inet.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool loopback_rise(int fd)
{
    struct ifreq up = {.ifr_name = "lo"};

    if (ioctl(fd, SIOCGIFFLAGS, &up) != 0)
        return false;
    up.ifr_flags = (short)(up.ifr_flags | IFF_UP);
    return ioctl(fd, SIOCSIFFLAGS, &up) == 0;
}

static bool address_give(int fd, const char *text)
{
    struct in6_ifreq address = {.ifr6_prefixlen = 128, .ifr6_ifindex = (int)if_nametoindex("lo")};

    return inet_pton(AF_INET6, text, &address.ifr6_addr) == 1 &&
           ioctl(fd, SIOCSIFADDR, &address) == 0;
}

bool network_own(const char *const *addresses, size_t count)
{
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        return false;
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool is_good = fd >= 0 && loopback_rise(fd);
    for (size_t i = 0; is_good && i < count; i++)
        is_good = address_give(fd, addresses[i]);
    if (fd >= 0)
        close(fd);
    return is_good;
}

int socket_open_six(const char *from, const char *to, uint16_t port)
{
    struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct sockaddr_in6 own = {.sin6_family = AF_INET6};
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (inet_pton(AF_INET6, from, &own.sin6_addr) == 1 &&
        inet_pton(AF_INET6, to, &name.sin6_addr) == 1 &&
        bind(fd, (struct sockaddr *)&own, sizeof own) == 0 &&
        connect(fd, (struct sockaddr *)&name, sizeof name) == 0)
        return fd;
    perror("test ground: connect over IPv6");
    close(fd);
    return -1;
}
