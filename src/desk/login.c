/* Log-in: see login.h. */
#include "desk/login.h"

#include "base/text.h"
#include "crypto/password.h"
#include "desk/private.h"
#include "store/session_rows.h"

#include <stdio.h>

#define CLIENT_SIZE_MAX 64u

_Static_assert(LOGIN_PASSWORD_SIZE_MAX == PASSWORD_SIZE_MAX, "one limit");
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

bool desk_login_hash(struct journal *journal, struct span officer, struct arena *arena,
                     struct span *hash, struct error *err)
{
    struct officer_row row;
    bool is_there = false;

    *hash = span_make(NULL, 0);
    if (!officer_take(journal, officer, arena, &is_there, &row, err))
        return false;
    if (!is_there || credential_find(journal->db, arena, officer, CREDENTIAL_PASSWORD, hash, err))
        return true;
    if (err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
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
                         uint8_t token[LOGIN_TOKEN_SIZE], struct desk_session *out,
                         struct error *err)
{
    uint8_t hash[DIGEST_SIZE];
    int64_t now = now_ms(journal);

    journal->env->random(journal->env->context, token, LOGIN_TOKEN_SIZE);
    journal->env->random(journal->env->context, out->csrf, LOGIN_CSRF_SIZE);
    digest_sha256(span_make(token, LOGIN_TOKEN_SIZE), hash);
    session_fill(row, out);
    out->until_ms = now + LOGIN_IDLE_MS;
    struct session_row session = {.token_hash = span_make(hash, sizeof hash),
                                  .officer = row->id,
                                  .csrf = span_make(out->csrf, LOGIN_CSRF_SIZE),
                                  .made_ms = now,
                                  .used_ms = now,
                                  .client = client};
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
    return session_make(journal, &row, client, token, out, err) &&
           entry_write(journal, "log-in", row.id, row.unit, client, NULL, err);
}

bool desk_session_find(struct journal *journal, struct span token, struct arena *arena,
                       bool *is_valid, struct desk_session *out, struct error *err)
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
    session_fill(&row, out);
    memcpy(out->csrf, session.csrf.data, LOGIN_CSRF_SIZE);
    out->until_ms = now + LOGIN_IDLE_MS;
    if (out->until_ms > session.made_ms + LOGIN_TOTAL_MS)
        out->until_ms = session.made_ms + LOGIN_TOTAL_MS;
    return now - session.used_ms < LOGIN_TOUCH_MS || session_touch(journal->db, key, now, err);
}

bool desk_is_logged_in(struct journal *journal, struct span officer, bool *is_logged_in,
                       struct error *err)
{
    int64_t now = now_ms(journal);
    int64_t count = 0;

    *is_logged_in = false;
    if (!session_count_officer(journal->db, officer, now - LOGIN_IDLE_MS, now - LOGIN_TOTAL_MS,
                               &count, err))
        return false;
    *is_logged_in = count > 0;
    return true;
}

bool desk_csrf_is(const struct desk_session *session, struct span text)
{
    uint8_t csrf[LOGIN_CSRF_SIZE];

    return hex_read(text, csrf, sizeof csrf) && digest_is_equal(csrf, session->csrf);
}

bool desk_password_verify(struct span hash, struct span password)
{
    return password_verify(hash, password);
}

bool desk_logout(struct journal *journal, struct span token, struct arena *arena, struct error *err)
{
    uint8_t hash[DIGEST_SIZE];
    struct desk_session session = {.until_ms = 0};
    bool is_valid = false;

    if (!desk_session_find(journal, token, arena, &is_valid, &session, err))
        return false;
    digest_sha256(token, hash);
    if (!is_valid)
        return true;
    return session_remove(journal->db, span_make(hash, sizeof hash), err) &&
           entry_write(journal, "log-out", session.officer, session.unit, span_make(NULL, 0), NULL,
                       err);
}

/* --- the acts of those who keep the officers --- */

/* The hash is made where the password was typed; what is weaker than our own cost is not taken. */
bool act_officer_password(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    char wanted[64];
    struct span id = json_get_text(call->arguments, "id", 1, NAME_SIZE_MAX);
    struct span hash = json_get_text(call->arguments, "hash", 1, PASSWORD_HASH_SIZE - 1);
    struct officer_row row;

    if (!problems_to_error(call->problems, err))
        return false;
    snprintf(wanted, sizeof wanted, "$argon2id$v=19$m=%u,t=%u,p=1$", PASSWORD_MEMORY / 1024u,
             PASSWORD_PASSES);
    if (!span_starts_with(hash, wanted))
        return error_set(err, ERROR_INPUT, "hash: Argon2id of the cost used here is wanted");
    if (!officer_find(journal->db, call->arena, id, &row, err))
        return error_add(err, "officer %.*s", SPAN_ARG(id));
    if (!credential_put(journal->db, id, CREDENTIAL_PASSWORD, hash, now_ms(journal), err) ||
        !session_remove_officer(journal->db, id, err) ||
        !access_write(journal, call, "officer-password", &id, 1, err))
        return false;
    json_begin_object(out);
    json_text_field(out, "officer", id);
    json_string_field(out, "state", "the password is set; sessions have ended");
    json_end_object(out);
    return true;
}

bool act_officer_end(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                     struct error *err)
{
    struct span id = json_get_text(call->arguments, "id", 1, NAME_SIZE_MAX);
    struct officer_row row;

    if (!problems_to_error(call->problems, err))
        return false;
    if (!officer_find(journal->db, call->arena, id, &row, err))
        return error_add(err, "officer %.*s", SPAN_ARG(id));
    if (!session_remove_officer(journal->db, id, err) ||
        !access_write(journal, call, "officer-end", &id, 1, err))
        return false;
    json_begin_object(out);
    json_text_field(out, "officer", id);
    json_string_field(out, "state", "all sessions have ended");
    json_end_object(out);
    return true;
}

bool act_officer_sessions(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    struct session_row *rows = arena_array(call->arena, DESK_LIST_MAX, sizeof *rows);
    int64_t now = now_ms(journal);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!session_remove_old(journal->db, now - LOGIN_IDLE_MS, now - LOGIN_TOTAL_MS, err) ||
        !session_list(journal->db, call->arena, rows, DESK_LIST_MAX, &count, err) ||
        !access_write(journal, call, "officer-sessions", NULL, 0, err))
        return false;
    json_begin_array(out);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(out);
        json_text_field(out, "officer", rows[i].officer);
        json_text_field(out, "client", rows[i].client);
        json_time_field(out, "since", rows[i].made_ms);
        json_time_field(out, "used", rows[i].used_ms);
        json_end_object(out);
    }
    json_end_array(out);
    return true;
}
