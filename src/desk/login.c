/* Log-in: see login.h. */
#include "desk/login.h"

#include "base/text.h"
#include "crypto/password.h"
#include "desk/password.h"
#include "desk/private.h"
#include "desk/roles.h"
#include "store/session_rows.h"

#include <arpa/inet.h>
#include <stdio.h>

#define CLIENT_SIZE_MAX 64u

_Static_assert(LOGIN_PASSWORD_SIZE_MIN == PASSWORD_SIZE_MIN, "one limit");
_Static_assert(LOGIN_PASSWORD_SIZE_MAX == PASSWORD_SIZE_MAX, "one limit");
_Static_assert(DESK_PASSWORD_HASH_SIZE == PASSWORD_HASH_SIZE, "one size");
_Static_assert(LOGIN_CSRF_SIZE == DIGEST_SIZE, "compared as a digest is");

static int64_t now_ms(const struct journal *journal)
{
    return journal->env->now_ms(journal->env->context);
}

/* An entry about the log-in itself; the address stands as its object. */
static bool entry_write(struct journal *journal, const char *act_name, struct span officer,
                        struct span unit, struct span client, const char *failure,
                        struct error *err)
{
    char text[CLIENT_SIZE_MAX + 16];
    struct act act = {.officer = officer,
                      .unit = unit,
                      .reason = span_text(failure == NULL ? act_name : failure),
                      .act = span_text(act_name),
                      .outcome = span_text(failure == NULL ? "done" : "refused")};

    snprintf(text, sizeof text, "from %.*s", SPAN_ARG(span_part(client, 0, CLIENT_SIZE_MAX)));
    struct span object = span_text(text);
    return (act_set_objects(&act, &object, client.size > 0) ||
            error_set(err, ERROR_LIMIT, "the entry of a log-in does not fit")) &&
           journal_access(journal, &act, err);
}

/* Active officers alone; MISSING and inactive give *is_there false. */
static bool officer_take(struct journal *journal, struct span id, struct arena *arena,
                         bool *is_there, struct officer_row *out, struct error *err)
{
    *is_there = false;
    if (!text_is_identifier(id, NAME_SIZE_MAX))
        return true;
    if (!officer_find(journal->db, arena, id, out, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        return true;
    }
    *is_there = out->is_active;
    return true;
}

/* MISSING gives a row without secret. */
static bool password_find(struct journal *journal, struct span officer, struct arena *arena,
                          struct credential_row *out, struct error *err)
{
    *out = (struct credential_row){.made_ms = 0};
    if (credential_find(journal->db, arena, officer, CREDENTIAL_PASSWORD, out, err))
        return true;
    if (err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    return true;
}

bool desk_login_hash(struct journal *journal, struct span officer, struct arena *arena,
                     struct span *hash, struct error *err)
{
    struct credential_row credential;
    struct officer_row row;
    bool is_there = false;

    *hash = span_make(NULL, 0);
    if (!officer_take(journal, officer, arena, &is_there, &row, err))
        return false;
    if (!is_there)
        return true;
    if (!password_find(journal, officer, arena, &credential, err))
        return false;
    bool is_over = one_time_is(credential.secret) &&
                   (now_ms(journal) < credential.made_ms - LOGIN_TOUCH_MS ||
                    now_ms(journal) >= credential.made_ms + LOGIN_ONE_TIME_MS);
    if (!is_over)
        *hash = credential.secret;
    return true;
}

static void session_fill(const struct officer_row *row, struct desk_session *out)
{
    out->officer = row->id;
    out->name = row->name;
    out->unit = row->unit;
    out->role = row->role;
}

static bool session_make(struct journal *journal, const struct officer_row *row, struct span client,
                         struct arena *arena, uint8_t token[LOGIN_TOKEN_SIZE],
                         struct desk_session *out, struct error *err)
{
    uint8_t hash[DIGEST_SIZE];
    int64_t now = now_ms(journal);
    struct credential_row credential;

    if (!password_find(journal, row->id, arena, &credential, err))
        return false;
    journal->env->random(journal->env->context, token, LOGIN_TOKEN_SIZE);
    journal->env->random(journal->env->context, out->csrf, LOGIN_CSRF_SIZE);
    digest_sha256(span_make(token, LOGIN_TOKEN_SIZE), hash);
    session_fill(row, out);
    out->made_ms = now;
    out->until_ms = now + LOGIN_IDLE_MS;
    out->must_change = one_time_is(credential.secret);
    out->password_set_ms = credential.made_ms;
    out->password_set_by = credential.set_by;
    out->password_confirmed_by = credential.confirmed_by;
    struct session_row session = {.token_hash = span_make(hash, sizeof hash),
                                  .officer = row->id,
                                  .csrf = span_make(out->csrf, LOGIN_CSRF_SIZE),
                                  .made_ms = now,
                                  .used_ms = now,
                                  .client = client,
                                  .is_limited = out->must_change};
    return session_remove_old(journal->db, now - LOGIN_IDLE_MS, now - LOGIN_TOTAL_MS, err) &&
           session_remove_client(journal->db, row->id, client, err) &&
           session_insert(journal->db, &session, err);
}

/* An unknown name is not written down: people type their password into the wrong field. */
//= dir-2016-680 art 25(1)
bool desk_login_end(struct journal *journal, struct span officer, struct span client, bool is_right,
                    struct arena *arena, uint8_t token[LOGIN_TOKEN_SIZE], struct desk_session *out,
                    struct error *err)
{
    struct officer_row row;
    bool is_there = false;

    *out = (struct desk_session){.until_ms = 0};
    if (!officer_take(journal, officer, arena, &is_there, &row, err))
        return false;
    if (!is_there)
        return entry_write(journal, "log-in", span_text("node"), span_text("node"), client,
                           "no such officer", err);
    if (!is_right)
        return entry_write(journal, "log-in", row.id, row.unit, client, "wrong password", err);
    return session_make(journal, &row, client, arena, token, out, err) &&
           entry_write(journal, "log-in", row.id, row.unit, client, NULL, err);
}

struct span desk_network(struct span client, char out[DESK_NETWORK_SIZE])
{
    char text[INET6_ADDRSTRLEN];
    uint8_t bytes[16] = {0};

    snprintf(text, sizeof text, "%.*s", SPAN_ARG(span_part(client, 0, sizeof text - 1)));
    /* An IPv4 address that came through an IPv6 socket is an IPv4 address. */
    const char *plain = strncmp(text, "::ffff:", 7) == 0 ? text + 7 : text;
    if (inet_pton(AF_INET, plain, bytes) == 1) {
        snprintf(out, DESK_NETWORK_SIZE, "%u.%u.%u/24", bytes[0], bytes[1], bytes[2]);
    } else if (inet_pton(AF_INET6, text, bytes) == 1) {
        hex_write(span_make(bytes, 8), out);
        snprintf(out + 16, DESK_NETWORK_SIZE - 16, "/64");
    } else {
        return client;
    }
    return span_text(out);
}

static bool network_is_same(struct span one, struct span other)
{
    char one_text[DESK_NETWORK_SIZE];
    char other_text[DESK_NETWORK_SIZE];

    return span_equal(desk_network(one, one_text), desk_network(other, other_text));
}

/* The token was seen where its officer is not: nobody goes on with it. */
static bool session_moved(struct journal *journal, struct span key, const struct officer_row *row,
                          struct span client, struct error *err)
{
    return session_remove(journal->db, key, err) &&
           entry_write(journal, "session-use", row->id, row->unit, client,
                       "the session came from another network and has ended", err);
}

bool desk_session_find(struct journal *journal, struct span token, struct span client, bool is_use,
                       struct arena *arena, bool *is_valid, struct desk_session *out,
                       struct error *err)
{
    uint8_t hash[DIGEST_SIZE];
    struct session_row session;
    struct officer_row row;
    int64_t now = now_ms(journal);

    *is_valid = false;
    digest_sha256(token, hash);
    struct span key = span_make(hash, sizeof hash);
    if (!session_find(journal->db, arena, key, &session, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        return true;
    }
    /* A clock that was set back ends it too. */
    bool is_alive = now >= session.used_ms - LOGIN_TOUCH_MS &&
                    now - session.used_ms < LOGIN_IDLE_MS &&
                    now - session.made_ms < LOGIN_TOTAL_MS && session.csrf.size == LOGIN_CSRF_SIZE;
    if (!is_alive)
        return session_remove(journal->db, key, err);
    if (!officer_take(journal, session.officer, arena, is_valid, &row, err) || !*is_valid)
        return err->kind == ERROR_NONE;
    if (!network_is_same(session.client, client)) {
        *is_valid = false;
        return session_moved(journal, key, &row, client, err);
    }
    *out = (struct desk_session){.made_ms = session.made_ms, .must_change = session.is_limited};
    session_fill(&row, out);
    memcpy(out->csrf, session.csrf.data, LOGIN_CSRF_SIZE);
    out->until_ms = (is_use ? now : session.used_ms) + LOGIN_IDLE_MS;
    if (out->until_ms > session.made_ms + LOGIN_TOTAL_MS)
        out->until_ms = session.made_ms + LOGIN_TOTAL_MS;
    return !is_use || now - session.used_ms < LOGIN_TOUCH_MS ||
           session_touch(journal->db, key, now, err);
}

bool desk_csrf_is(const struct desk_session *session, struct span text)
{
    uint8_t csrf[LOGIN_CSRF_SIZE];

    return hex_read(text, csrf, sizeof csrf) && digest_is_equal(csrf, session->csrf);
}

bool desk_password_verify(struct span hash, struct span password)
{
    if (!one_time_is(hash))
        return password_verify(hash, password);
    /* The same time as any other password takes: that a one-time one waits is nobody's business. */
    return !password_verify(span_make(NULL, 0), password) && one_time_verify(hash, password);
}

bool desk_password_hash(struct span password, char out[DESK_PASSWORD_HASH_SIZE], struct error *err)
{
    return password_hash(password, out, err);
}

bool desk_login_alarm(struct journal *journal, const char *words, struct span client,
                      struct error *err)
{
    return entry_write(journal, "log-in-alarm", span_text("node"), span_text("node"), client, words,
                       err);
}

bool desk_logout(struct journal *journal, struct span token, struct span client,
                 struct arena *arena, struct error *err)
{
    uint8_t hash[DIGEST_SIZE];
    struct desk_session session = {.until_ms = 0};
    bool is_valid = false;

    if (!desk_session_find(journal, token, client, true, arena, &is_valid, &session, err))
        return false;
    digest_sha256(token, hash);
    if (!is_valid)
        return true;
    return session_remove(journal->db, span_make(hash, sizeof hash), err) &&
           entry_write(journal, "log-out", session.officer, session.unit, span_make(NULL, 0), NULL,
                       err);
}

/* --- one's own password --- */

/* The hash is made where the password was typed; what is weaker than our own cost is not taken. */
static bool hash_check(struct span hash, struct error *err)
{
    char wanted[64];

    snprintf(wanted, sizeof wanted, "$argon2id$v=19$m=%u,t=%u,p=1$", PASSWORD_MEMORY / 1024u,
             PASSWORD_PASSES);
    return (hash.size < PASSWORD_HASH_SIZE && span_starts_with(hash, wanted)) ||
           error_set(err, ERROR_INPUT, "hash: Argon2id of the cost used here is wanted");
}

/* The session that it came from goes on, whole; without one, none does. */
static bool sessions_end(struct journal *journal, const struct desk_password_change *change,
                         struct error *err)
{
    uint8_t hash[DIGEST_SIZE];

    if (change->token.size == 0)
        return session_remove_officer(journal->db, change->officer, err);
    digest_sha256(change->token, hash);
    struct span key = span_make(hash, sizeof hash);
    return session_remove_others(journal->db, change->officer, key, err) &&
           session_unlimit(journal->db, key, err);
}

bool desk_password_change(struct journal *journal, const struct desk_password_change *change,
                          struct arena *arena, struct error *err)
{
    struct officer_row row;

    if (!access_officer(journal, change->officer, arena, &row, err) ||
        !role_check(row.role, "password-change", err))
        return false;
    if (!change->is_right)
        return entry_write(journal, "password-change", row.id, row.unit, change->client,
                           "wrong old password", err);
    struct credential_row credential = {.officer = row.id,
                                        .kind = CREDENTIAL_PASSWORD,
                                        .secret = change->hash,
                                        .made_ms = now_ms(journal),
                                        .set_by = row.id};
    return hash_check(change->hash, err) && credential_put(journal->db, &credential, err) &&
           sessions_end(journal, change, err) &&
           entry_write(journal, "password-change", row.id, row.unit, change->client, NULL, err);
}

bool desk_sessions_expire(struct journal *journal, struct error *err)
{
    int64_t now = now_ms(journal);

    return session_remove_old(journal->db, now - LOGIN_IDLE_MS, now - LOGIN_TOTAL_MS, err);
}
