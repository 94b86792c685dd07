/* What the process does once for http, and addresses as text. */
#include "http/client.h"
#include "http/server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>

#include <curl/curl.h>
#include <gnutls/gnutls.h>

bool http_init(struct error *err)
{
    /* OpenSSL inside curl writes to sockets without MSG_NOSIGNAL: a partner that hangs up must not end the process. */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return error_set(err, ERROR_BUG, "SIGPIPE cannot be ignored");
    if (gnutls_global_init() < 0)
        return error_set(err, ERROR_BUG, "the TLS library does not start");
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return error_set(err, ERROR_BUG, "the transfer library does not start");
    return true;
}

/* Takes "host:port" or "[host]:port" apart. */
static bool address_split(const char *address, char *host, size_t host_size, char *port,
                          size_t port_size)
{
    const char *colon = strrchr(address, ':');
    if (colon == NULL)
        return false;
    const char *from = address;
    size_t size = (size_t)(colon - address);
    if (size >= 2 && from[0] == '[' && from[size - 1] == ']') {
        from++;
        size -= 2;
    } else if (memchr(from, ':', size) != NULL) {
        return false; /* an IPv6 address needs its brackets */
    }
    if (size == 0 || size >= host_size || strlen(colon + 1) >= port_size)
        return false;
    if (colon[1] == '\0' || strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return false;
    memcpy(host, from, size);
    host[size] = '\0';
    memcpy(port, colon + 1, strlen(colon + 1) + 1);
    return true;
}

bool http_address_resolve(const char *address, char out[HTTP_ADDRESS_SIZE], struct error *err)
{
    char host[256];
    char port[6];

    if (!address_split(address, host, sizeof host, port, sizeof port))
        return error_set(err, ERROR_INPUT, "address '%s' is not host:port", address);
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int failure = getaddrinfo(host, port, &hints, &found);
    if (failure != 0)
        return error_set(err, ERROR_LINK, "address '%s': %s", address, gai_strerror(failure));

    char number[INET6_ADDRSTRLEN + 16];
    failure = getnameinfo(found->ai_addr, found->ai_addrlen, number, sizeof number, NULL, 0,
                          NI_NUMERICHOST);
    bool is_six = found->ai_family == AF_INET6;
    freeaddrinfo(found);
    if (failure != 0)
        return error_set(err, ERROR_LINK, "address '%s': %s", address, gai_strerror(failure));
    snprintf(out, HTTP_ADDRESS_SIZE, is_six ? "[%s]:%s" : "%s:%s", number, port);
    return true;
}
