/* Books: see books.h. */
#include "cmd/books.h"

#include "base/attributes.h"

#include <stdio.h>

static bool agreements_read(struct books *books, struct error *err)
{
    if (!agreement_list(books->db, &books->arena, books->agreement_rows, PARTNER_COUNT_MAX,
                        &books->agreement_count, err))
        return false;
    for (size_t i = 0; i < books->agreement_count; i++) {
        struct signed_agreement agreement;
        size_t signer_count = 0;
        if (!agreement_look(books->agreement_rows[i].cms, &books->arena, &agreement, &signer_count,
                            err))
            return error_add(err, "agreement %.*s", SPAN_ARG(books->agreement_rows[i].agreement));
        books->agreements[i] = agreement.agreement;
    }
    return true;
}

bool books_open(struct books *books, const struct env *env, const char *home, struct span party,
                const struct keeper_keys *keys, struct database *db,
                const struct keeper_client *keeper, struct error *err)
{
    *books = (struct books){.env = env, .home = home, .db = db, .keeper = keeper, .keys = *keys};
    books->arena = arena_make(BOOKS_ARENA_SIZE);
    snprintf(books->party, sizeof books->party, "%.*s", SPAN_ARG(party));
    return (agreements_read(books, err) &&
            log_list(db, &books->arena, books->logs, BOOKS_LOG_MAX, &books->log_count, err)) ||
           error_add(err, "reading the books");
}

void books_close(struct books *books)
{
    arena_free(&books->arena);
}

const struct log_row *books_log(const struct books *books, struct span origin, struct error *err)
{
    for (size_t i = 0; i < books->log_count; i++)
        if (span_equal(books->logs[i].origin, origin))
            return &books->logs[i];
    error_set(err, ERROR_MISSING, "no log '%.*s' here; `besa log list` names them",
              SPAN_ARG(origin));
    return NULL;
}

static const struct agreement_party *partner_of(const struct books *books,
                                                const struct log_row *log, struct error *err)
{
    for (size_t i = 0; i < books->agreement_count; i++) {
        const struct agreement_party *partner =
            agreement_partner(&books->agreements[i], span_text(books->party));
        if (span_equal(books->agreements[i].id, log->agreement) && partner != NULL &&
            span_equal(partner->party, log->partner))
            return partner;
    }
    error_set(err, ERROR_STORE, "log %.*s belongs to no agreement", SPAN_ARG(log->origin));
    return NULL;
}

static bool key_make(struct note_key *out, enum note_key_type type, struct span name,
                     const uint8_t public_key[SIGNATURE_PUBLIC_SIZE], struct error *err)
{
    return note_key_make(name, type, public_key, out) ||
           error_set(err, ERROR_STORE, "'%.*s' is no name for a key", SPAN_ARG(name));
}

/* "<party>/custody/0" or "<party>/witness/0" */
static bool cosigner_make(struct note_key *out, struct span party, const char *what,
                          const uint8_t public_key[SIGNATURE_PUBLIC_SIZE], struct error *err)
{
    char name[NAME_SIZE_MAX + 16];

    snprintf(name, sizeof name, "%.*s/%s/0", SPAN_ARG(party), what);
    return key_make(out, NOTE_COSIGNATURE, span_text(name), public_key, err);
}

bool books_signers(const struct books *books, const struct log_row *log, struct log_signers *out,
                   struct error *err)
{
    struct span own = span_text(books->party);

    *out = (struct log_signers){.has_custody = log->kind != LOG_DOMESTIC};
    if (log->kind == LOG_DOMESTIC)
        return key_make(&out->log, NOTE_ED25519, log->origin, books->keys.log, err);
    const struct agreement_party *partner = partner_of(books, log, err);
    if (partner == NULL)
        return false;
    if (log->kind == LOG_OUTGOING)
        return key_make(&out->log, NOTE_ED25519, log->origin, books->keys.log, err) &&
               cosigner_make(&out->custody, partner->party, "custody", partner->custody_key, err);
    return key_make(&out->log, NOTE_ED25519, log->origin, partner->log_key, err) &&
           cosigner_make(&out->custody, own, "custody", books->keys.custody, err);
}

bool books_witnesses(const struct books *books, struct note_key *out, size_t *count,
                     struct error *err)
{
    *count = 0;
    for (size_t i = 0; i < books->agreement_count; i++) {
        const struct agreement_party *partner =
            agreement_partner(&books->agreements[i], span_text(books->party));
        if (partner == NULL)
            continue;
        if (!cosigner_make(&out[*count], partner->party, "witness", partner->witness_key, err))
            return false;
        ++*count;
    }
    return true;
}

static bool pairing_load(const struct env *env, const char *path, struct arena *arena,
                         struct pairing *out, struct error *err)
{
    struct buffer file CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    struct problems problems = {.count = 0};

    if (!env_read_file(env, path, PAIRING_SIZE_MAX, &file, err))
        return false;
    if (pairing_read(buffer_span(&file), arena, out, &problems))
        return true;
    problems_to_error(&problems, err);
    return error_add(err, "%s", path);
}

bool books_own_pairing(const struct env *env, const char *home, struct arena *arena,
                       struct pairing *out, struct error *err)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/own.pairing", home);
    return pairing_load(env, path, arena, out, err);
}

bool books_partner_pairing(const struct env *env, const char *home, struct span party,
                           struct arena *arena, struct pairing *out, struct error *err)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/partners/%.*s.pairing", home, SPAN_ARG(party));
    return pairing_load(env, path, arena, out, err);
}

void books_keys_of(const struct pairing *pairing, struct keeper_keys *out)
{
    memcpy(out->log, pairing->party.log_key, sizeof out->log);
    memcpy(out->custody, pairing->party.custody_key, sizeof out->custody);
    memcpy(out->witness, pairing->party.witness_key, sizeof out->witness);
    memcpy(out->sealing, pairing->party.sealing_key, sizeof out->sealing);
}
