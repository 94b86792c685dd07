/* See postgres_connect.h. Environment variables of libpq cannot weaken what is set here: given values come first. */
#include "store/postgres_connect.h"

#include <libpq-fe.h>

#include <string.h>

struct setting {
    const char *name;
    const char *value;
};

/* A lost server is noticed within about 4 s; a stopped one refuses at once. */
static const struct setting defaults[] = {
    {"target_session_attrs", "read-write"},
    {"connect_timeout", "2"},
    {"tcp_user_timeout", "3000"},
    {"keepalives", "1"},
    {"keepalives_idle", "2"},
    {"keepalives_interval", "1"},
    {"keepalives_count", "2"},
    {"gssencmode", "disable"},
    {"application_name", "besa"},
};

/* channel_binding may be given otherwise: a server that knows us by our certificate cannot bind. */
static const struct setting network_defaults[] = {
    {"sslmode", "verify-full"},
    {"channel_binding", "require"},
    {"ssl_min_protocol_version", "TLSv1.3"},
};

const char *conninfo_value(const struct conninfo *conninfo, const char *name)
{
    for (size_t i = 0; i < conninfo->count; i++)
        if (strcmp(conninfo->names[i], name) == 0)
            return conninfo->values[i];
    return NULL;
}

static bool conninfo_set(struct conninfo *conninfo, const char *name, const char *value,
                         struct error *err)
{
    if (conninfo_value(conninfo, name) != NULL)
        return true;
    if (conninfo->count == CONNINFO_COUNT_MAX)
        return error_set(err, ERROR_BUG, "too many options of PostgreSQL");
    conninfo->names[conninfo->count] = name;
    conninfo->values[conninfo->count] = value;
    conninfo->count++;
    return true;
}

static bool conninfo_defaults(struct conninfo *conninfo, const struct setting *settings,
                              size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!conninfo_set(conninfo, settings[i].name, settings[i].value, err))
            return false;
    return true;
}

static bool starts_a_socket(const char *host)
{
    return *host == '/' || *host == '@';
}

/* True when every host of the list is a Unix socket. An empty name would be libpq's own choice: not ours. */
static bool is_local(const struct conninfo *conninfo)
{
    const char *host = conninfo_value(conninfo, "host");

    if (conninfo_value(conninfo, "hostaddr") != NULL || host == NULL || !starts_a_socket(host))
        return false;
    for (const char *comma = strchr(host, ','); comma != NULL; comma = strchr(comma + 1, ','))
        if (!starts_a_socket(comma + 1))
            return false;
    return true;
}

static bool conninfo_parse(const char *text, struct conninfo *out, struct error *err)
{
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(text, &why);

    PQfreemem(why); /* it may repeat a password */
    if (options == NULL)
        return error_set(err, ERROR_INPUT, "the conninfo of PostgreSQL cannot be read");
    out->parsed = options;
    for (const PQconninfoOption *o = options; o->keyword != NULL; o++)
        if (o->val != NULL && !conninfo_set(out, o->keyword, o->val, err))
            return false;
    return true;
}

static bool conninfo_check(struct conninfo *conninfo, struct error *err)
{
    const char *host = conninfo_value(conninfo, "host");
    const char *address = conninfo_value(conninfo, "hostaddr");

    if ((host == NULL || *host == '\0') && (address == NULL || *address == '\0'))
        return error_set(err, ERROR_INPUT, "the conninfo of PostgreSQL names no host");
    if (is_local(conninfo))
        return true;
    const char *sslmode = conninfo_value(conninfo, "sslmode");
    if (sslmode != NULL && strcmp(sslmode, "verify-full") != 0)
        return error_set(err, ERROR_INPUT,
                         "PostgreSQL over the network needs sslmode=verify-full, not %s", sslmode);
    return conninfo_defaults(conninfo, network_defaults, ARRAY_COUNT(network_defaults), err);
}

bool conninfo_read(const char *place, struct conninfo *out, struct error *err)
{
    const char *text = place;

    *out = (struct conninfo){.count = 0};
    if (strncmp(place, "postgres:", 9) == 0 && strncmp(place, "postgres://", 11) != 0)
        text = place + 9;
    /* First, so that nothing given can differ: all text is UTF-8. */
    bool ok = conninfo_set(out, "client_encoding", "UTF8", err) && conninfo_parse(text, out, err) &&
              conninfo_check(out, err) &&
              conninfo_defaults(out, defaults, ARRAY_COUNT(defaults), err);
    if (!ok)
        conninfo_free(out);
    return ok;
}

void conninfo_free(struct conninfo *conninfo)
{
    PQconninfoFree(conninfo->parsed);
    *conninfo = (struct conninfo){.count = 0};
}
