/*
 * The act `pair-import`: the partner's keys are taken after their fingerprint was read over the telephone, beside a running
 * node too. The partner's half of the shared key never goes through a request: the command lays it into the home, and it
 * is taken away here whatever becomes of the import.
 */
#include "cmd/paired.h"

#include "cmd/service.h"
#include "cmd/setup.h"

#include "base/attributes.h"
#include "base/text.h"
#include "crypto/secret.h"

#include <stdio.h>

#define ARENA_SIZE (4 * PAIRING_ARENA_SIZE)

struct import {
    const struct node_file *file;
    struct span typed; /* fingerprint, as the partner read it */
    struct span address;
    struct arena arena;
    struct pairing own;
    struct pairing partner;
    struct pairing_secret own_secret;
    struct pairing_secret partner_secret;
    struct pairing_result result;
    char fingerprint[PAIRING_FINGERPRINT_SIZE];
};

static bool secret_load(const struct home *home, const char *name, struct arena *arena,
                        struct pairing_secret *out, struct error *err)
{
    struct buffer file CLEANUP(buffer_wipe) = buffer_make(PAIRING_SECRET_SIZE_MAX);
    struct problems problems = {.count = 0};

    if (!setup_read(home, name, PAIRING_SECRET_SIZE_MAX, &file, err))
        return false;
    if (pairing_secret_read(buffer_span(&file), arena, out, &problems))
        return true;
    problems_to_error(&problems, err);
    return error_add(err, "%s", name);
}

static bool partner_load(struct import *import, const struct home *home, struct error *err)
{
    struct buffer file CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    struct problems problems = {.count = 0};

    if (!setup_read(home, HOME_INCOMING_PAIRING, PAIRING_SIZE_MAX, &file, err) ||
        !secret_load(home, HOME_INCOMING_SECRET, &import->arena, &import->partner_secret, err))
        return error_add(err, "what the partner gave was not laid ready");
    if (!pairing_read(buffer_span(&file), &import->arena, &import->partner, &problems)) {
        problems_to_error(&problems, err);
        return error_add(err, "the partner's file");
    }
    return pairing_fingerprint(&import->partner, import->fingerprint, err) &&
           (pairing_fingerprint_is(import->fingerprint, import->typed) ||
            error_set(err, ERROR_RULE,
                      "the fingerprint is %s, not the one given: this is not the file that your "
                      "partner sent. Nothing was changed",
                      import->fingerprint));
}

/* A partner that is known already keeps its keys; new keys are another pairing, in person. */
static bool partner_is_new(struct import *import, const struct home *home, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    char known_fingerprint[PAIRING_FINGERPRINT_SIZE];
    struct pairing known;

    if (!books_partner_pairing(env_real(), home->path, import->partner.party.party, &arena, &known,
                               err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        return true;
    }
    if (!pairing_fingerprint(&known, known_fingerprint, err))
        return false;
    return strcmp(known_fingerprint, import->fingerprint) == 0 ||
           error_set(err, ERROR_CONFLICT, "'%.*s' is paired already, under fingerprint %s",
                     SPAN_ARG(import->partner.party.party), known_fingerprint);
}

static bool import_load(struct import *import, const struct home *home, struct error *err)
{
    if (!partner_load(import, home, err) ||
        !books_own_pairing(env_real(), home->path, &import->arena, &import->own, err) ||
        !partner_is_new(import, home, err))
        return false;
    if (!secret_load(home, HOME_OWN_SECRET, &import->arena, &import->own_secret, err))
        return err->kind == ERROR_MISSING
                   ? error_set(err, ERROR_MISSING,
                               "our own half is not here: run `besa pair export` first, and give "
                               "both files to your partner")
                   : false;
    return pairing_join(&import->own, &import->own_secret, &import->partner,
                        &import->partner_secret, &import->result, err);
}

static bool pin(struct import *import, const struct home *home, struct error *err)
{
    struct buffer file CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    uint8_t digest[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 2];
    char name[NAME_SIZE_MAX + 32];
    struct span party = import->partner.party.party;

    digest_sha256(span_make(import->result.psk, sizeof import->result.psk), digest);
    hex_write(span_make(digest, sizeof digest), hex);
    snprintf(name, sizeof name, HOME_PARTNERS "/%.*s.psk-hash", SPAN_ARG(party));
    if (!setup_write(home, name, span_text(hex), err))
        return false;
    snprintf(name, sizeof name, HOME_PARTNERS "/%.*s.pairing", SPAN_ARG(party));
    return (pairing_write(&import->partner, &file) ||
            error_set(err, ERROR_LIMIT, "out of memory")) &&
           setup_write(home, name, buffer_span(&file), err);
}

static bool address_set(struct import *import, struct node *node, struct error *err)
{
    struct span address = import->address.size > 0 ? import->address : import->partner.address;

    if (address.size == 0)
        return true; /* the partner opens every connection */
    return config_partner_set(&node->config, import->partner.party.party, address, err) &&
           home_config_save(&node->home, &node->config, err);
}

static bool import_record(struct node *node, void *context, struct error *err)
{
    struct import *import = context;
    char text[NAME_SIZE_MAX + PAIRING_FINGERPRINT_SIZE + 16];

    snprintf(text, sizeof text, "partner %.*s %s", SPAN_ARG(import->partner.party.party),
             import->fingerprint);
    struct span object = span_text(text);
    return node_access(node, &import->file->reading->request, "pair-import", &object, 1, err);
}

/* Behind the commit of the access entry: key, pin and address; our half last, so that an import that was cut off is done
 * again. In the writer, which alone speaks with the keeper and changes the configuration. */
static bool import_carry_out(struct node *node, void *context, struct error *err)
{
    struct import *import = context;
    char path[HOME_PATH_SIZE];

    return keeper_pair(&node->keeper, span_text(import->result.agreement), import->result.psk,
                       import->result.paired_at_ms, err) &&
           pin(import, &node->home, err) && address_set(import, node, err) &&
           home_path(&node->home, HOME_OWN_SECRET, path, err) &&
           env_real()->unlink(env_real()->context, path, err);
}

static void import_show(const struct import *import)
{
    struct json_writer out = json_writer_make(import->file->result);

    buffer_clear(import->file->result);
    json_begin_object(&out);
    json_text_field(&out, "partner", import->partner.party.party);
    json_text_field(&out, "state", import->partner.party.state);
    json_text_field(&out, "contact", import->partner.party.contact);
    json_text_field_optional(&out, "fallback", import->partner.party.fallback);
    json_string_field(&out, "fingerprint", import->fingerprint);
    json_string_field(&out, "agreement", import->result.agreement);
    json_string_field(&out, "next",
                      "destroy both secret files; then `besa agreement draft`, sign, countersign");
    json_end_object(&out);
}

bool node_pair_import(const struct node_file *file, struct error *err)
{
    struct control_reading *reading = file->reading;
    struct import import = {.file = file, .arena = arena_make(ARENA_SIZE)};

    import.typed =
        json_get_text(&reading->arguments, "fingerprint", 1, PAIRING_FINGERPRINT_SIZE + 32);
    import.address = json_get_text_optional(&reading->arguments, "address", CONF_ADDRESS_SIZE - 1);
    json_object_end(&reading->arguments);
    bool ok = problems_to_error(&reading->problems, err) &&
              import_load(&import, &file->node->home, err) &&
              node_job(file->node, file->is_pumping, import_record, &import, err) &&
              node_job(file->node, file->is_pumping, import_carry_out, &import, err);
    if (ok)
        import_show(&import);
    paired_incoming_remove(&file->node->home);
    arena_free(&import.arena);
    secret_wipe(&import, sizeof import);
    return ok;
}
