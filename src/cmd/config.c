/* besa.conf: see home.h. One line, one key; no sections, no includes, no quotes. */
#include "base/attributes.h"
#include "base/text.h"
#include "cmd/home.h"
#include "crypto/token_signer.h"

#include <inttypes.h>
#include <stdio.h>

static bool text_keep(char *out, size_t size, struct span value)
{
    if (value.size == 0 || value.size >= size)
        return false;
    memcpy(out, value.data, value.size);
    out[value.size] = '\0';
    return true;
}

static bool is_host_character(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == ':';
}

/* The host of "host:port" or "[v6]:port", and where its port begins. */
static bool host_split(struct span address, struct span *host, struct span *port)
{
    size_t colon = address.size;

    while (colon > 0 && address.data[colon - 1] != ':')
        colon--;
    if (colon < 2 || address.data == NULL)
        return false;
    *host = span_part(address, 0, colon - 1);
    *port = span_part(address, colon, address.size);
    bool is_bracketed = span_starts_with(*host, "[");
    if (is_bracketed) {
        if (host->size < 3 || host->data[host->size - 1] != ']')
            return false;
        *host = span_part(*host, 1, host->size - 2);
    }
    for (size_t i = 0; i < host->size; i++)
        if (!is_host_character(host->data[i]) || (host->data[i] == ':' && !is_bracketed))
            return false;
    return true;
}

bool config_address_read(const char *address, char host[CONF_ADDRESS_SIZE], uint16_t *port)
{
    struct span host_span;
    struct span port_span;
    uint64_t number = 0;

    if (!host_split(span_text(address), &host_span, &port_span) ||
        !number_read(port_span, &number) || number > UINT16_MAX ||
        !text_keep(host, CONF_ADDRESS_SIZE, host_span))
        return false;
    *port = (uint16_t)number;
    return true;
}

static bool address_keep(char out[CONF_ADDRESS_SIZE], struct span value)
{
    char host[CONF_ADDRESS_SIZE];
    uint16_t port;

    return text_keep(out, CONF_ADDRESS_SIZE, value) && config_address_read(out, host, &port);
}

/* --- one function per key; each says what it wants --- */

static bool party_take(struct config *config, struct span value)
{
    return text_is_identifier(value, NAME_SIZE_MAX) &&
           text_keep(config->party, sizeof config->party, value);
}

static bool listen_take(struct config *config, struct span value)
{
    return address_keep(config->listen, value);
}

static bool desk_listen_take(struct config *config, struct span value)
{
    return address_keep(config->desk_listen, value);
}

static bool tls_name_take(struct config *config, struct span value)
{
    for (size_t i = 0; i < value.size; i++)
        if (!is_host_character(value.data[i]) || value.data[i] == ':')
            return false;
    return text_keep(config->tls_name, sizeof config->tls_name, value);
}

static bool training_take(struct config *config, struct span value)
{
    config->is_training = span_is(value, "yes");
    return config->is_training || span_is(value, "no");
}

static bool reachable_take(struct config *config, struct span value)
{
    config->is_unreachable = span_is(value, "no");
    return config->is_unreachable || span_is(value, "yes");
}

static bool database_take(struct config *config, struct span value)
{
    return (span_is(value, CONF_DEFAULT_DATABASE) || span_starts_with(value, "postgres:") ||
            span_starts_with(value, "postgresql:")) &&
           text_keep(config->database, sizeof config->database, value);
}

/* Absolute, so that it means the same wherever the node was started. */
static bool path_take(char out[CONF_PATH_SIZE], struct span value)
{
    return span_starts_with(value, "/") && value.data[value.size - 1] != '/' &&
           text_keep(out, CONF_PATH_SIZE, value);
}

static bool metrics_file_take(struct config *config, struct span value)
{
    return path_take(config->metrics_file, value);
}

static bool audit_stream_take(struct config *config, struct span value)
{
    return path_take(config->audit_stream, value);
}

static bool audit_copy_take(struct config *config, struct span value)
{
    return path_take(config->audit_copy, value);
}

static bool keeper_key_take(struct config *config, struct span value)
{
    struct error ignored = {0};

    return token_signer_uri_check(value, &ignored) &&
           text_keep(config->keeper_key, sizeof config->keeper_key, value);
}

/* Absolute paths; the root itself would undo the limit. */
static bool keeper_key_files_take(struct config *config, struct span value)
{
    size_t from = 0;

    for (size_t i = 0; i <= value.size; i++) {
        if (i < value.size && value.data[i] != ':')
            continue;
        if (i < from + 2 || value.data[from] != '/' || value.data[i - 1] == '/')
            return false;
        from = i + 1;
    }
    return text_keep(config->keeper_key_files, sizeof config->keeper_key_files, value);
}

static const struct key {
    const char *name;
    bool (*take)(struct config *config, struct span value);
    const char *wanted;
    bool is_required;
} keys[] = {
    {"party", party_take, "a-z, 0-9 and hyphen", true},
    {"listen", listen_take, "address:port, as in 192.0.2.7:8443 or [::]:8443", true},
    {"tls_name", tls_name_take, "a DNS name", true},
    {"training", training_take, "yes or no", true},
    {"reachable", reachable_take, "yes or no", false},
    {"database", database_take, "sqlite, or postgres: and where it is", false},
    {"metrics_file", metrics_file_take, "the absolute path of a file", false},
    {"desk_listen", desk_listen_take, "address:port, as in 192.0.2.7:8444", false},
    {"audit_stream", audit_stream_take, "the absolute path of a file", false},
    {"audit_copy", audit_copy_take, "the absolute path of a directory", false},
    {"keeper_key", keeper_key_take,
     "pkcs11:token=NAME;object=PREFIX?module-path=/MODULE.so, without a PIN", false},
    {"keeper_key_files", keeper_key_files_take, "absolute paths with ':' between them", false},
};

/* "partner.<party><tail>" */
static bool partner_key_read(struct span key, const char *tail, struct span *party)
{
    const char *head = "partner.";
    size_t head_size = strlen(head);
    size_t tail_size = strlen(tail);

    if (!span_starts_with(key, head) || key.size < head_size + tail_size + 1 ||
        !span_is(span_part(key, key.size - tail_size, tail_size), tail))
        return false;
    *party = span_part(key, head_size, key.size - head_size - tail_size);
    return text_is_identifier(*party, NAME_SIZE_MAX);
}

const struct config_partner *config_partner_find(const struct config *config, struct span party)
{
    for (size_t i = 0; i < config->partner_count; i++)
        if (span_is(party, config->partners[i].party))
            return &config->partners[i];
    return NULL;
}

/* The party's entry, made when there is none. */
static struct config_partner *partner_entry(struct config *config, struct span party,
                                            struct error *err)
{
    size_t at = 0;

    while (at < config->partner_count && !span_is(party, config->partners[at].party))
        at++;
    if (at == PARTNER_COUNT_MAX) {
        error_set(err, ERROR_LIMIT, "a node has at most %u partners", PARTNER_COUNT_MAX);
        return NULL;
    }
    struct config_partner *partner = &config->partners[at];
    if (at < config->partner_count)
        return partner;
    *partner = (struct config_partner){.connect = CONNECT_AUTO};
    if (!text_is_identifier(party, NAME_SIZE_MAX) ||
        !text_keep(partner->party, sizeof partner->party, party)) {
        error_set(err, ERROR_INPUT, "a party's name is a-z, 0-9 and hyphen");
        return NULL;
    }
    config->partner_count++;
    return partner;
}

bool config_partner_set(struct config *config, struct span party, struct span address,
                        struct error *err)
{
    char kept[CONF_ADDRESS_SIZE];

    if (!text_is_identifier(party, NAME_SIZE_MAX))
        return error_set(err, ERROR_INPUT, "a party's name is a-z, 0-9 and hyphen");
    if (!address_keep(kept, address))
        return error_set(err, ERROR_INPUT, "partner.%.*s.address: host:port is wanted",
                         SPAN_ARG(party));
    struct config_partner *partner = partner_entry(config, party, err);
    if (partner == NULL)
        return false;
    memcpy(partner->address, kept, sizeof partner->address);
    return true;
}

static const char *const connect_names[] = {
    [CONNECT_AUTO] = "auto", [CONNECT_CALL] = "call", [CONNECT_PULL] = "pull"};

static bool partner_connect_set(struct config *config, struct span party, struct span value,
                                struct error *err)
{
    size_t way = 0;

    while (way < ARRAY_COUNT(connect_names) && !span_is(value, connect_names[way]))
        way++;
    if (way == ARRAY_COUNT(connect_names))
        return error_set(err, ERROR_INPUT, "partner.%.*s.connect: auto, call or pull is wanted",
                         SPAN_ARG(party));
    struct config_partner *partner = partner_entry(config, party, err);
    if (partner == NULL)
        return false;
    partner->connect = (enum config_connect)way;
    partner->says_connect = true;
    return true;
}

static struct span trim(struct span text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = span_part(text, 1, text.size);
    while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
        text.size--;
    return text;
}

static bool key_set(struct config *config, struct span key, struct span value, uint32_t *seen,
                    struct error *err)
{
    struct span party;

    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        if (!span_is(key, keys[i].name))
            continue;
        if ((*seen & 1u << i) != 0)
            return error_set(err, ERROR_INPUT, "%s stands twice", keys[i].name);
        *seen |= 1u << i;
        return keys[i].take(config, value) ||
               error_set(err, ERROR_INPUT, "%s: %s is wanted", keys[i].name, keys[i].wanted);
    }
    bool is_address = partner_key_read(key, ".address", &party);
    if (!is_address && !partner_key_read(key, ".connect", &party))
        return error_set(err, ERROR_INPUT, "unknown key '%.*s'",
                         SPAN_ARG(span_part(key, 0, NAME_SIZE_MAX)));
    const struct config_partner *said = config_partner_find(config, party);
    if (said != NULL && (is_address ? said->address[0] != '\0' : said->says_connect))
        return error_set(err, ERROR_INPUT, "%.*s stands twice", SPAN_ARG(key));
    return is_address ? config_partner_set(config, party, value, err)
                      : partner_connect_set(config, party, value, err);
}

static bool line_read(struct config *config, struct span line, uint32_t *seen, struct error *err)
{
    line = trim(line);
    if (line.size == 0 || line.data[0] == '#')
        return true;
    if (line.size > CONF_LINE_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "longer than %u bytes", CONF_LINE_SIZE_MAX);
    if (!text_is_plain(line))
        return error_set(err, ERROR_INPUT, "control characters, or not UTF-8");
    const uint8_t *equals = memchr(line.data, '=', line.size);
    if (equals == NULL)
        return error_set(err, ERROR_INPUT, "'key = value' is wanted");
    size_t at = (size_t)(equals - line.data);
    return key_set(config, trim(span_part(line, 0, at)), trim(span_part(line, at + 1, line.size)),
                   seen, err);
}

/* Unlike line_take, a last line without '\n' counts: people edit this file. */
static struct span line_next(struct span *rest)
{
    const uint8_t *end = memchr(rest->data, '\n', rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
    struct span line = span_part(*rest, 0, size);

    *rest = span_part(*rest, size + 1, rest->size);
    return line;
}

bool config_read(struct span text, struct config *out, struct error *err)
{
    uint32_t seen = 0;
    size_t number = 0;

    *out = (struct config){.database = CONF_DEFAULT_DATABASE};
    if (text.size > CONF_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "longer than %u bytes", CONF_SIZE_MAX);
    while (text.size > 0) {
        struct span line = line_next(&text);
        number++;
        if (!line_read(out, line, &seen, err))
            return error_add(err, "line %zu", number);
    }
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++)
        if (keys[i].is_required && (seen & 1u << i) == 0)
            return error_set(err, ERROR_INPUT, "%s is missing (%s)", keys[i].name, keys[i].wanted);
    return config_partner_find(out, span_text(out->party)) == NULL ||
           error_set(err, ERROR_INPUT, "partner.%s: a node is not its own partner", out->party);
}

bool config_write(const struct config *config, struct buffer *out)
{
    buffer_format(out, "# Besa node: see besa.conf(5).\n");
    buffer_format(out, "party = %s\nlisten = %s\ntls_name = %s\ntraining = %s\ndatabase = %s\n",
                  config->party, config->listen, config->tls_name,
                  config->is_training ? "yes" : "no", config->database);
    if (config->is_unreachable)
        buffer_text(out, "reachable = no\n");
    if (config->metrics_file[0] != '\0')
        buffer_format(out, "metrics_file = %s\n", config->metrics_file);
    if (config->desk_listen[0] != '\0')
        buffer_format(out, "desk_listen = %s\n", config->desk_listen);
    if (config->audit_stream[0] != '\0')
        buffer_format(out, "audit_stream = %s\n", config->audit_stream);
    if (config->audit_copy[0] != '\0')
        buffer_format(out, "audit_copy = %s\n", config->audit_copy);
    if (config->keeper_key[0] != '\0')
        buffer_format(out, "keeper_key = %s\n", config->keeper_key);
    if (config->keeper_key_files[0] != '\0')
        buffer_format(out, "keeper_key_files = %s\n", config->keeper_key_files);
    for (size_t i = 0; i < config->partner_count; i++) {
        const struct config_partner *partner = &config->partners[i];
        if (partner->address[0] != '\0')
            buffer_format(out, "partner.%s.address = %s\n", partner->party, partner->address);
        if (partner->says_connect)
            buffer_format(out, "partner.%s.connect = %s\n", partner->party,
                          connect_names[partner->connect]);
    }
    return !out->failed;
}
