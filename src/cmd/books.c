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

static bool logs_read(struct books *books, struct error *err)
{
    books->logs = arena_array(&books->arena, BOOKS_LOG_MAX, sizeof *books->logs);
    if (books->logs == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    return log_list(books->db, &books->arena, books->logs, BOOKS_LOG_MAX, &books->log_count, err);
}

bool books_open(struct books *books, const struct env *env, const char *home, struct span party,
                const struct keeper_keys *keys, struct database *db,
                const struct keeper_client *keeper, struct error *err)
{
    *books = (struct books){.env = env, .home = home, .db = db, .keeper = keeper, .keys = *keys};
    books->arena = arena_make(BOOKS_ARENA_SIZE);
    snprintf(books->party, sizeof books->party, "%.*s", SPAN_ARG(party));
    return (agreements_read(books, err) && logs_read(books, err)) ||
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

/* "<party>/custody/<k>" or "<party>/witness/<k>" */
static bool cosigner_make(struct note_key *out, struct span party, const char *what,
                          const struct succession_keys *keys, struct error *err)
{
    char name[NAME_SIZE_MAX + 32];
    bool is_custody = strcmp(what, "custody") == 0;

    snprintf(name, sizeof name, "%.*s/%s/%u", SPAN_ARG(party), what, keys->number);
    return key_make(out, NOTE_COSIGNATURE, span_text(name),
                    is_custody ? keys->custody : keys->witness, err);
}

/* --- keys over the logs that followed one another --- */

static struct succession_keys keys_first_of(const struct agreement_party *party)
{
    struct succession_keys keys = {.number = 0};

    memcpy(keys.log, party->log_key, sizeof keys.log);
    memcpy(keys.custody, party->custody_key, sizeof keys.custody);
    memcpy(keys.witness, party->witness_key, sizeof keys.witness);
    return keys;
}

static struct succession_keys keys_first(const struct books *books, const struct log_row *log,
                                         const struct agreement_party *partner)
{
    struct succession_keys keys = {.number = 0};
    bool is_own = log->kind != LOG_MIRROR;
    const struct agreement_party *own =
        books->agreement_count == 0
            ? NULL
            : agreement_party_find(&books->agreements[0], span_text(books->party));

    if (is_own && own != NULL) /* the keeper may hold newer ones */
        return keys_first_of(own);
    if (!is_own)
        return keys_first_of(partner);
    memcpy(keys.log, books->keys.log, sizeof keys.log);
    memcpy(keys.custody, books->keys.custody, sizeof keys.custody);
    memcpy(keys.witness, books->keys.witness, sizeof keys.witness);
    return keys;
}

static bool is_of_line(const struct log_row *row, enum log_kind kind, struct span agreement)
{
    return row->kind == kind && span_equal(row->agreement, agreement);
}

/* The writer's keys while `log` was current. */
static struct succession_keys keys_at(const struct books *books, const struct log_row *log,
                                      const struct agreement_party *partner)
{
    struct succession_keys keys = keys_first(books, log, partner);

    for (const struct log_row *row = books->logs; row <= log; row++)
        if (is_of_line(row, log->kind, log->agreement) && row->keys.size > 0)
            keys_read_row(row->keys, &keys);
    return keys;
}

/* Position of the end of the first `size` entries of this log, over those before it. */
static int64_t position_of(const struct books *books, const struct log_row *log, int64_t size)
{
    int64_t base = 0;

    for (const struct log_row *row = books->logs; row < log; row++)
        if (is_of_line(row, log->kind, log->agreement) && row->ends != LOG_OPEN)
            base += row->ends;
    return base + size;
}

bool books_custody(const struct books *books, const struct log_row *log, int64_t size, size_t age,
                   struct note_key *out, struct error *err)
{
    const struct agreement_party *partner = partner_of(books, log, err);
    enum log_kind kind = log->kind == LOG_OUTGOING ? LOG_MIRROR : LOG_OUTGOING;
    struct span party = kind == LOG_OUTGOING ? span_text(books->party) : log->partner;
    const struct log_row *rows[CHAIN_COUNT_MAX + 1];
    size_t count = 0, at = 0;

    if (partner == NULL)
        return false;
    for (size_t i = 0; i < books->log_count && count < ARRAY_COUNT(rows); i++)
        if (is_of_line(&books->logs[i], kind, log->agreement))
            rows[count++] = &books->logs[i];
    int64_t position = position_of(books, log, size);
    while (at + 1 < count && position > rows[at + 1]->custody)
        at++;
    if (age > at)
        return error_set(err, ERROR_MISSING, "no older custody key of %.*s", SPAN_ARG(party));
    struct log_row first = {.kind = kind};
    struct succession_keys keys =
        count == 0 ? keys_first(books, &first, partner) : keys_at(books, rows[at - age], partner);
    return cosigner_make(out, party, "custody", &keys, err);
}

bool books_signers(const struct books *books, const struct log_row *log, struct log_signers *out,
                   struct error *err)
{
    const struct agreement_party *partner = NULL;

    *out = (struct log_signers){.has_custody = log->kind != LOG_DOMESTIC};
    if (out->has_custody && (partner = partner_of(books, log, err)) == NULL)
        return false;
    struct succession_keys keys = keys_at(books, log, partner);
    return key_make(&out->log, NOTE_ED25519, log->origin, keys.log, err) &&
           (!out->has_custody || books_custody(books, log, log->size, 0, &out->custody, err));
}

static bool witness_add(struct note_key *out, size_t *count, struct span party,
                        const struct succession_keys *keys, struct error *err)
{
    if (*count > 0 && memcmp(out[*count - 1].public_key, keys->witness, 32) == 0)
        return true; /* as before */
    return *count < BOOKS_WITNESS_MAX &&
           cosigner_make(&out[(*count)++], party, "witness", keys, err);
}

bool books_witnesses(const struct books *books, struct note_key *out, size_t *count,
                     struct error *err)
{
    *count = 0;
    for (size_t i = 0; i < books->log_count; i++) {
        const struct log_row *log = &books->logs[i];
        if (log->kind != LOG_MIRROR)
            continue;
        const struct agreement_party *partner = partner_of(books, log, err);
        if (partner == NULL)
            return false;
        struct succession_keys keys = keys_at(books, log, partner);
        if (!witness_add(out, count, partner->party, &keys, err))
            return false;
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
