/*
 * `besa init`: makes the home of one node: keys, store, books, TLS certificate, the public pairing file and the first
 * officer. Nothing of it needs a network.
 */
#include "cmd/pairing.h"
#include "cmd/keys.h"
#include "cmd/keeper_place.h"
#include "cmd/setup.h"

#include "base/attributes.h"
#include "base/text.h"
#include "crypto/cms.h"
#include "crypto/secret.h"
#include "crypto/token_signer.h"

#include <stdio.h>
#include <sys/stat.h>

#define INSTITUTION_DAYS 1826 /* of a training institution */
#define LANGUAGE_MAX     24
#define PASSPHRASE_BYTES 32
#define INIT_ARENA_SIZE  (1024u * 1024u)

/* What is known of a party by its name; every field may be said otherwise. */
static const struct {
    const char *party;
    const char *state;
    const char *status;
    const char *time_zone;
    const char *languages[4];
    const char *authority;
} known_parties[] = {
    {"ro",
     "Romania",
     "eu_member",
     "Europe/Bucharest",
     {"ro", "en"},
     "spoc-ro=Single Point of Contact, Bucharest"},
    {"al",
     "Albania",
     "third_country",
     "Europe/Tirane",
     {"sq", "en"},
     "spoc-al=Single Point of Contact, Tirana"},
};

struct init {
    struct options *options;
    struct home home;
    const char *party;
    const char *listen;
    const char *desk_listen; /* NULL: no API */
    const char *database;
    const char *tls_name;
    const char *address;
    const char *state;
    const char *status;
    const char *contact;
    const char *fallback; /* NULL: no other channel is agreed */
    const char *time_zone;
    const char *officer_name;
    const char *unit;
    const char *make_institution;
    const char *keeper_token; /* NULL: the keys are in the key file */
    bool is_training;
    struct institution_files institution;
    struct word_list languages;
    struct word_list authorities;
    struct config config;
    struct institution_pem pem;
    struct pairing pairing;
    char default_tls_name[CONF_TLS_NAME_SIZE];
    struct arena arena; /* of the pairing */
};

/* --- what was said, and what is known --- */

static bool required(const char *value, const char *option, struct error *err)
{
    return value != NULL || error_set(err, ERROR_INPUT, "say %s", option);
}

static void defaults_fill(struct init *init)
{
    for (size_t i = 0; init->party != NULL && i < ARRAY_COUNT(known_parties); i++) {
        if (strcmp(init->party, known_parties[i].party) != 0)
            continue;
        if (init->state == NULL)
            init->state = known_parties[i].state;
        if (init->status == NULL)
            init->status = known_parties[i].status;
        if (init->time_zone == NULL)
            init->time_zone = known_parties[i].time_zone;
        for (size_t k = 0; init->languages.count <= k && known_parties[i].languages[k] != NULL; k++)
            init->languages.words[init->languages.count++] = known_parties[i].languages[k];
        if (init->authorities.count == 0)
            init->authorities.words[init->authorities.count++] = known_parties[i].authority;
    }
    if (init->tls_name == NULL && init->party != NULL) {
        snprintf(init->default_tls_name, sizeof init->default_tls_name, "%s.besa.invalid",
                 init->party);
        init->tls_name = init->default_tls_name;
    }
    if (init->address == NULL)
        init->address = init->listen;
    if (init->unit == NULL)
        init->unit = "administration";
}

static bool check_words(struct init *init, struct error *err)
{
    char host[CONF_ADDRESS_SIZE];
    uint16_t port = 0;

    if (!required(init->party, "--party, the party's short name such as ro", err) ||
        !required(init->listen, "--listen IP:PORT, where partners reach this node", err) ||
        !required(init->state, "--state, the state's name", err) ||
        !required(init->status, "--status eu_member or third_country", err) ||
        !required(init->contact,
                  "--contact, the desk's telephone by day and night: alarms name it when the line "
                  "is dead",
                  err) ||
        !required(init->time_zone, "--time-zone, such as Europe/Bucharest", err) ||
        !required(init->options->officer, "--officer, the first officer's identifier", err))
        return false;
    if (strcmp(init->status, party_status_names[PARTY_EU_MEMBER]) != 0 &&
        strcmp(init->status, party_status_names[PARTY_THIRD_COUNTRY]) != 0)
        return error_set(err, ERROR_INPUT, "--status: eu_member or third_country");
    if (!text_is_identifier(span_text(init->party), NAME_SIZE_MAX))
        return error_set(err, ERROR_INPUT, "--party: 1 to %u of a-z, 0-9 and hyphen",
                         NAME_SIZE_MAX);
    if (!config_address_read(init->listen, host, &port))
        return error_set(err, ERROR_INPUT, "--listen: IP:PORT");
    /* Before anything is made: the pairing file, written last, wants it. */
    if (!config_address_read(init->address, host, &port) || port == 0)
        return error_set(
            err, ERROR_INPUT, "--address: host:port is wanted, as partners reach this node%s",
            init->address == init->listen ? " (of --listen where it is not said)" : "");
    if (init->desk_listen != NULL && !config_address_read(init->desk_listen, host, &port))
        return error_set(err, ERROR_INPUT, "--desk-listen: IP:PORT");
    if (init->languages.count == 0 || init->authorities.count == 0)
        return error_set(err, ERROR_INPUT,
                         "say --language, and --authority CODE=NAME for each competent authority");
    if ((init->make_institution == NULL) ==
        (init->institution.key == NULL && init->institution.token == NULL))
        return error_set(err, ERROR_INPUT,
                         "say either --institution-key and --institution-cert, or, for training, "
                         "--make-institution NAME");
    return true;
}

static bool config_fill(struct init *init, struct error *err)
{
    struct config *config = &init->config;

    snprintf(config->party, sizeof config->party, "%s", init->party);
    snprintf(config->listen, sizeof config->listen, "%s", init->listen);
    if (init->desk_listen != NULL)
        snprintf(config->desk_listen, sizeof config->desk_listen, "%s", init->desk_listen);
    snprintf(config->tls_name, sizeof config->tls_name, "%s", init->tls_name);
    snprintf(config->database, sizeof config->database, "%s",
             init->database == NULL ? CONF_DEFAULT_DATABASE : init->database);
    config->is_training = init->is_training;
    if (init->keeper_token != NULL && !token_signer_uri_check(span_text(init->keeper_token), err))
        return error_add(err, "--keeper-token");
    if (init->keeper_token != NULL)
        snprintf(config->keeper_key, sizeof config->keeper_key, "%s", init->keeper_token);
    return strlen(init->listen) < sizeof config->listen ||
           error_set(err, ERROR_INPUT, "--listen is too long");
}

/* --- institution and TLS --- */

static bool institution_prepare(struct init *init, struct error *err)
{
    if (init->make_institution == NULL)
        return institution_load(&init->institution, &init->pem, err);
    if (!init->is_training)
        return error_set(err, ERROR_RULE,
                         "--make-institution is for training: say --training, or give the key of "
                         "the real institution");
    init->pem = (struct institution_pem){.key = buffer_make(PEM_SIZE_MAX),
                                         .certificate = buffer_make(PEM_SIZE_MAX),
                                         .passphrase = buffer_make(1)};
    return institution_make(init->make_institution, init->state,
                            env_real()->now_ms(env_real()->context), INSTITUTION_DAYS,
                            span_make(NULL, 0), &init->pem.key, &init->pem.certificate, err);
}

static bool directories_make(struct init *init, struct error *err)
{
    static const char *const names[] = {"keeper",         "tls",   "institution", HOME_PARTNERS,
                                        HOME_ATTACHMENTS, HOME_RUN};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        char path[HOME_PATH_SIZE];
        if (!home_path(&init->home, names[i], path, err) ||
            !env_real()->make_dir(env_real()->context, path, err))
            return false;
    }
    return true;
}

static bool tls_make(struct init *init, struct error *err)
{
    struct buffer key CLEANUP(buffer_wipe) = buffer_make(PEM_SIZE_MAX);
    struct buffer certificate CLEANUP(buffer_free) = buffer_make(PEM_SIZE_MAX);

    if (!institution_issue_tls(buffer_span(&init->pem.key), buffer_span(&init->pem.passphrase),
                               buffer_span(&init->pem.certificate), init->tls_name,
                               env_real()->now_ms(env_real()->context), KEYS_TLS_DAYS, &key,
                               &certificate, err))
        return error_add(err, "the TLS certificate");
    if (!setup_write(&init->home, HOME_TLS_KEY, buffer_span(&key), err) ||
        !setup_write(&init->home, HOME_TLS_CERTIFICATE, buffer_span(&certificate), err) ||
        !setup_write(&init->home, HOME_INSTITUTION, buffer_span(&init->pem.certificate), err))
        return false;
    return init->make_institution == NULL ||
           setup_write(&init->home, HOME_INSTITUTION_KEY, buffer_span(&init->pem.key), err);
}

/* --- keeper --- */

/* A passphrase that the system gives (credential, file) is taken; else one is made beside the keys. */
static bool passphrase_prepare(struct init *init, struct buffer *out, struct error *err)
{
    uint8_t random[PASSPHRASE_BYTES];
    char text[BASE64_SIZE(PASSPHRASE_BYTES) + 2];

    if (home_passphrase(&init->home, out, err))
        return true;
    if (err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    buffer_clear(out);
    env_real()->random(env_real()->context, random, sizeof random);
    base64_write(span_make(random, sizeof random), text);
    secret_wipe(random, sizeof random);
    bool ok = buffer_text(out, text);
    memcpy(text + BASE64_SIZE(PASSPHRASE_BYTES), "\n", 2);
    ok = ok && setup_write(&init->home, HOME_PASSPHRASE, span_text(text), err);
    secret_wipe(text, sizeof text);
    return ok;
}

static bool keeper_prepare(struct init *init, struct error *err)
{
    struct buffer passphrase CLEANUP(buffer_wipe) = buffer_make(PASSPHRASE_SIZE_MAX);
    char directory[HOME_PATH_SIZE];

    /* Its work is done, and a token's module is loaded in a process forked from this one. */
    buffer_wipe(&init->pem.key);
    buffer_wipe(&init->pem.passphrase);
    if (!passphrase_prepare(init, &passphrase, err) ||
        !home_path(&init->home, HOME_KEEPER, directory, err))
        return false;
    /* Keys of an exercise guard nothing, and an exercise starts nodes again and again. */
    struct keeper_options options = {.env = env_real(),
                                     .directory = directory,
                                     .passphrase = buffer_span(&passphrase),
                                     .cost = init->is_training ? SECRET_COST_FAST
                                                               : SECRET_COST_STANDARD};
    struct keeper_place place CLEANUP(keeper_place_drop) = {.directory = ""};
    if (!keeper_place_token(&init->home, &init->config, &place, &options, err))
        return false;
    return keeper_create(&options, span_text(init->party), err) || error_add(err, "keys");
}

/* --- books --- */

static bool books_make(struct node *node, void *context, struct error *err)
{
    (void)context;
    return journal_create(&node->journal, err);
}

/* The first officer is entered by the node itself. */
static bool officer_enter(struct init *init, struct node *node, struct error *err)
{
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(4096);
    struct buffer result CLEANUP(buffer_free) = buffer_make(4096);
    struct problems problems = {.count = 0};
    struct json_writer writer = json_writer_make(&arguments);
    const char *name = init->officer_name != NULL ? init->officer_name : init->options->officer;

    json_begin_object(&writer);
    json_string_field(&writer, "id", init->options->officer);
    json_string_field(&writer, "name", name);
    json_string_field(&writer, "unit", init->unit);
    json_string_field(&writer, "role", "administrator");
    json_end_object(&writer);
    struct control_request request = {
        .act = span_text("officer-put"),
        .officer = span_text("node"),
        .reason = span_text(init->options->reason != NULL ? init->options->reason : "installation"),
        .arguments = buffer_span(&arguments)};
    if (node_act(node, &request, true, &result, &problems, err))
        return true;
    if (problems.count > 0)
        problems_to_error(&problems, err);
    return error_add(err, "the first officer");
}

static bool authorities_read(struct init *init, struct agreement_party *party, struct error *err)
{
    size_t count = init->authorities.count;
    struct agreement_authority *authorities = arena_array(&init->arena, count, sizeof *authorities);

    if (authorities == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < count; i++) {
        const char *word = init->authorities.words[i];
        const char *equals = strchr(word, '=');
        if (equals == NULL)
            return error_set(err, ERROR_INPUT, "--authority: CODE=NAME, not '%s'", word);
        authorities[i].code = span_make(word, (size_t)(equals - word));
        authorities[i].name = span_text(equals + 1);
    }
    party->authorities = authorities;
    party->authority_count = count;
    return true;
}

static bool party_fill(struct init *init, struct node *node, struct error *err)
{
    struct agreement_party *party = &init->pairing.party;
    struct span *languages = arena_array(&init->arena, init->languages.count, sizeof *languages);
    const struct keeper_keys *keys = &node->journal.keys;

    if (languages == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < init->languages.count; i++)
        languages[i] = span_text(init->languages.words[i]);
    party->party = span_text(init->party);
    party->state = span_text(init->state);
    party->certificate_pem = buffer_span(&init->pem.certificate);
    party->time_zone = span_text(init->time_zone);
    party->contact = span_text(init->contact);
    if (init->fallback != NULL)
        party->fallback = span_text(init->fallback);
    party->languages = languages;
    party->language_count = init->languages.count;
    memcpy(party->log_key, keys->log, sizeof party->log_key);
    memcpy(party->custody_key, keys->custody, sizeof party->custody_key);
    memcpy(party->witness_key, keys->witness, sizeof party->witness_key);
    memcpy(party->sealing_key, keys->sealing, sizeof party->sealing_key);
    party->status = strcmp(init->status, party_status_names[PARTY_EU_MEMBER]) == 0
                        ? PARTY_EU_MEMBER
                        : PARTY_THIRD_COUNTRY;
    return authorities_read(init, party, err);
}

/* Written and read back: what a partner would refuse is said here. */
static bool pairing_make(struct init *init, struct node *node, struct buffer *out,
                         struct error *err)
{
    struct problems problems = {.count = 0};
    struct pairing again;

    init->pairing.tls_name = span_text(init->tls_name);
    init->pairing.address = span_text(init->address);
    init->pairing.is_training = init->is_training;
    if (!party_fill(init, node, err))
        return false;
    if (!pairing_write(&init->pairing, out))
        return error_set(err, ERROR_LIMIT, "the pairing file exceeds %u bytes", PAIRING_SIZE_MAX);
    if (pairing_read(buffer_span(out), &init->arena, &again, &problems))
        return true;
    problems_to_error(&problems, err);
    return error_add(err, "the pairing file");
}

static bool node_make(struct init *init, struct error *err)
{
    struct node_options options = {.home = init->home, .lock_fd = -1, .keeper_fd = -1};
    struct node *node = NULL;
    struct buffer pairing CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);

    bool ok = node_open(&options, &node, err) && node_job(node, true, books_make, NULL, err) &&
              officer_enter(init, node, err) && pairing_make(init, node, &pairing, err) &&
              setup_write(&init->home, "own.pairing", buffer_span(&pairing), err);
    node_close(&node);
    return ok;
}

static bool init_all(struct init *init, struct error *err)
{
    umask(0077);
    if (!check_words(init, err) || !config_fill(init, err) || !institution_prepare(init, err) ||
        !home_make(init->options->home, &init->home, err))
        return false;
    return directories_make(init, err) && tls_make(init, err) && keeper_prepare(init, err) &&
           home_config_save(&init->home, &init->config, err) && node_make(init, err);
}

static int init_show(const struct init *init)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    struct json_writer out = json_writer_make(&text);
    char fingerprint[PAIRING_FINGERPRINT_SIZE];
    struct error err = {0};

    if (!pairing_fingerprint(&init->pairing, fingerprint, &err))
        return command_fail(init->options, &err);
    json_begin_object(&out);
    json_string_field(&out, "home", init->home.path);
    json_string_field(&out, "party", init->party);
    json_string_field(&out, "tls_name", init->tls_name);
    json_boolean_field(&out, "training", init->is_training);
    json_string_field(&out, "fingerprint", fingerprint);
    json_string_field(&out, "officer", init->options->officer);
    json_string_field(&out, "next", "besa pair export FILE --secret FILE");
    json_end_object(&out);
    return command_show(init->options, buffer_span(&text));
}

int command_init(struct options *options, int argc, char **argv)
{
    struct init init = {.options = options, .arena = arena_make(INIT_ARENA_SIZE)};
    const struct command_option own[] = {
        {.name = "party", .value = &init.party},
        {.name = "listen", .value = &init.listen},
        {.name = "desk-listen", .value = &init.desk_listen},
        {.name = "database", .value = &init.database},
        {.name = "tls-name", .value = &init.tls_name},
        {.name = "address", .value = &init.address},
        {.name = "state", .value = &init.state},
        {.name = "status", .value = &init.status},
        {.name = "contact", .value = &init.contact},
        {.name = "fallback", .value = &init.fallback},
        {.name = "time-zone", .value = &init.time_zone},
        {.name = "language", .list = &init.languages},
        {.name = "authority", .list = &init.authorities},
        {.name = "officer-name", .value = &init.officer_name},
        {.name = "unit", .value = &init.unit},
        {.name = "training", .flag = &init.is_training},
        {.name = "institution-key", .value = &init.institution.key},
        {.name = "institution-token", .value = &init.institution.token},
        {.name = "institution-cert", .value = &init.institution.certificate},
        {.name = "institution-passphrase-file", .value = &init.institution.passphrase},
        {.name = "make-institution", .value = &init.make_institution},
        {.name = "keeper-token", .value = &init.keeper_token},
    };
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 0, &words, &exit_code))
        return exit_code;
    defaults_fill(&init);
    exit_code = init_all(&init, &err) ? init_show(&init) : command_fail(options, &err);
    institution_drop(&init.pem);
    arena_free(&init.arena);
    return exit_code;
}
