/* The rules under which a node connects to PostgreSQL. */
#include "check.h"

#include "store/postgres_connect.h"

static bool value_is(const struct conninfo *conninfo, const char *name, const char *wanted)
{
    const char *found = conninfo_value(conninfo, name);
    return found == wanted || (found != NULL && wanted != NULL && strcmp(found, wanted) == 0);
}

CHECK_TEST(the_network_gets_proved_servers_and_short_waits)
{
    static const char *const places[] = {
        "postgres:host=a.example,b.example port=5432 dbname=besa user=besa",
        "postgres://besa@a.example:5432,b.example:5432/besa",
        "postgresql://besa@a.example/besa",
    };

    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        struct conninfo conninfo CLEANUP(conninfo_free);
        struct error err = {0};
        CHECK_OK(conninfo_read(places[i], &conninfo, &err), err);
        CHECK(value_is(&conninfo, "sslmode", "verify-full"));
        CHECK(value_is(&conninfo, "channel_binding", "require"));
        CHECK(value_is(&conninfo, "target_session_attrs", "read-write"));
        CHECK(value_is(&conninfo, "connect_timeout", "2"));
        CHECK(value_is(&conninfo, "tcp_user_timeout", "3000"));
        CHECK(value_is(&conninfo, "keepalives_idle", "2"));
        CHECK(value_is(&conninfo, "keepalives_interval", "1"));
        CHECK(value_is(&conninfo, "keepalives_count", "2"));
        CHECK(value_is(&conninfo, "dbname", "besa"));
        CHECK(conninfo.names[conninfo.count] == NULL);
    }
}

CHECK_TEST(a_weaker_proof_of_the_server_is_refused)
{
    static const char *const places[] = {
        "postgres:host=a.example sslmode=disable",
        "postgres:host=a.example sslmode=prefer",
        "postgres:host=a.example sslmode=verify-ca",
        "postgres:host=/run/postgresql,a.example sslmode=require",
        "postgres:host=/run/postgresql hostaddr=127.0.0.1 sslmode=require",
        "postgres://besa@127.0.0.1/besa?sslmode=allow",
    };

    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        struct conninfo conninfo CLEANUP(conninfo_free);
        struct error err = {0};
        CHECK(!conninfo_read(places[i], &conninfo, &err));
        CHECK_ERROR(err, ERROR_INPUT, "verify-full");
    }
}

CHECK_TEST(a_list_with_one_network_host_is_of_the_network)
{
    struct conninfo conninfo CLEANUP(conninfo_free);
    struct error err = {0};

    CHECK_OK(conninfo_read("postgres:host=/run/postgresql,", &conninfo, &err), err);
    CHECK(value_is(&conninfo, "sslmode", "verify-full"));
}

CHECK_TEST(a_unix_socket_needs_no_tls)
{
    struct conninfo conninfo CLEANUP(conninfo_free);
    struct error err = {0};

    CHECK_OK(conninfo_read("postgres:host=/run/postgresql,@besa", &conninfo, &err), err);
    CHECK(value_is(&conninfo, "sslmode", NULL));
    CHECK(value_is(&conninfo, "channel_binding", NULL));
    CHECK(value_is(&conninfo, "target_session_attrs", "read-write"));
}

CHECK_TEST(what_the_operator_states_stands)
{
    struct conninfo conninfo CLEANUP(conninfo_free);
    struct error err = {0};

    CHECK_OK(conninfo_read("postgres:host=a.example connect_timeout=9 channel_binding=disable"
                           " sslrootcert=/etc/besa/ca.pem client_encoding=LATIN1",
                           &conninfo, &err),
             err);
    CHECK(value_is(&conninfo, "connect_timeout", "9"));
    CHECK(value_is(&conninfo, "channel_binding", "disable"));
    CHECK(value_is(&conninfo, "sslrootcert", "/etc/besa/ca.pem"));
    CHECK(value_is(&conninfo, "client_encoding", "UTF8"));
}

CHECK_TEST(no_host_or_no_conninfo_is_refused_without_repeating_it)
{
    static const char *const places[] = {
        "postgres:dbname=besa",
        "postgres:host='' password=geheim",
        "postgres:geheim",
        "postgres:host=a.example password='geheim",
        "postgres:host=a.example geheim=1",
        "postgres://besa:geheim@a.example/besa?geheim=1",
    };

    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        struct conninfo conninfo CLEANUP(conninfo_free);
        struct error err = {0};
        CHECK(!conninfo_read(places[i], &conninfo, &err));
        CHECK_INT(err.kind, ERROR_INPUT);
        CHECK(strstr(err.text, "geheim") == NULL);
    }
}

int main(void)
{
    CHECK_RUN(the_network_gets_proved_servers_and_short_waits);
    CHECK_RUN(a_weaker_proof_of_the_server_is_refused);
    CHECK_RUN(a_list_with_one_network_host_is_of_the_network);
    CHECK_RUN(a_unix_socket_needs_no_tls);
    CHECK_RUN(what_the_operator_states_stands);
    CHECK_RUN(no_host_or_no_conninfo_is_refused_without_repeating_it);
    return check_end();
}
