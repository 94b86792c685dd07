/* Watch: see watch.h. */
#include "desk/watch.h"

#include "base/attributes.h"
#include "store/local_rows.h"
#include "store/session_rows.h"

static uint64_t role_digest(struct span role)
{
    uint8_t hash[DIGEST_SIZE];
    uint64_t out = 0;

    digest_sha256(role, hash);
    memcpy(&out, hash, sizeof out);
    return out;
}

struct desk_watch desk_watch_make(struct span token, const struct desk_session *session)
{
    struct desk_watch watch = {.role_digest = role_digest(session->role)};

    digest_sha256(token, watch.token_hash);
    return watch;
}

/* What is not there any more is an answer, not a failure. */
static bool is_missing(struct error *err)
{
    if (err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    return true;
}

bool desk_watch_holds(struct journal *journal, const struct desk_watch *watch, bool *holds,
                      struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(16 * 1024);
    int64_t now = journal->env->now_ms(journal->env->context);
    struct session_row session;
    struct officer_row officer;

    *holds = false;
    if (!session_find(journal->db, &arena, span_make(watch->token_hash, DIGEST_SIZE), &session,
                      err) ||
        !officer_find(journal->db, &arena, session.officer, &officer, err))
        return is_missing(err);
    *holds = officer.is_active && role_digest(officer.role) == watch->role_digest &&
             now - session.used_ms < LOGIN_IDLE_MS && now - session.made_ms < LOGIN_TOTAL_MS;
    return true;
}

uint64_t desk_watch_changes(const struct journal *journal)
{
    return database_changes(journal->db);
}
