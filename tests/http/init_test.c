/* Addresses as text. */
#include "check.h"
#include "http/client.h"
#include "http/server.h"

static bool resolves_to(const char *address, const char *wanted)
{
    char out[HTTP_ADDRESS_SIZE];
    struct error err;
    return http_address_resolve(address, out, &err) && strcmp(out, wanted) == 0;
}

CHECK_TEST(numeric_addresses_stay_and_names_become_numeric)
{
    CHECK(resolves_to("127.0.0.1:8443", "127.0.0.1:8443"));
    CHECK(resolves_to("[::1]:443", "[::1]:443"));
    CHECK(resolves_to("localhost:65535", "127.0.0.1:65535") ||
          resolves_to("localhost:65535", "[::1]:65535"));
}

CHECK_TEST(what_is_not_host_and_port_is_refused)
{
    const char *bad[] = {"",         ":",          ":8443",        "127.0.0.1",       "127.0.0.1:",
                         "::1:8443", "[]:8443",    "127.0.0.1:+1", "127.0.0.1:8443 ", "host:123456",
                         "[::1]",    "127.0.0.1:x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char out[HTTP_ADDRESS_SIZE];
        struct error err = {0};
        CHECK(!http_address_resolve(bad[i], out, &err));
        CHECK_ERROR(err, ERROR_INPUT, "host:port");
    }
}

int main(void)
{
    struct error err;
    if (!http_init(&err))
        return 1;
    CHECK_RUN(numeric_addresses_stay_and_names_become_numeric);
    CHECK_RUN(what_is_not_host_and_port_is_refused);
    return check_end();
}
