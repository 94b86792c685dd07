/*
 * The acts that revoke: who may, that they are two, that each leaves its entry; and that nothing of the officer's
 * counts afterwards. What the books do with a revocation is tested in tests/journal/revocation_test.c.
 */
#include "check.h"
#include "journal/support/pair.h"
#include "store/session_rows.h"

#define DIGITS "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct pair pair;

static void officer(const char *id, const char *role)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);
    struct error err = {0};
    char arguments[200];

    snprintf(arguments, sizeof arguments,
             "{\"id\":\"%s\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"%s\"}", id, role);
    CHECK_OK(pair_act(&pair.nodes[0], "officer-put", arguments, span_text(""), &out, &err), err);
}

static bool act(const char *name, const char *arguments, struct error *err)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);
    error_clear(err);
    return pair_act(&pair.nodes[0], name, arguments, span_text(""), &out, err);
}

CHECK_TEST(a_revocation_needs_two_officers_of_the_right_roles)
{
    static const char *const acts[][2] = {
        {"key-revoke", "{\"certificate\":\"" DIGITS "\",\"revoked_for\":\"theft\"}"},
        {"officer-revoke", "{\"id\":\"ana\"}"},
    };
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);
    struct error err = {0};

    CHECK_OR_RETURN(pair_make(&pair));
    for (size_t i = 0; i < ARRAY_COUNT(acts); i++) {
        officer("ana", "duty_officer");
        officer("second", "approver");
        CHECK(!act(acts[i][0], acts[i][1], &err)); /* not a duty officer's */
        CHECK_INT(err.kind, ERROR_RULE);
        officer("ana", "head_of_desk");
        CHECK(!act(acts[i][0], acts[i][1], &err));
        CHECK_ERROR(err, ERROR_RULE, "does not approve");
        CHECK(!pair_act_as(&pair.nodes[0], "ana", acts[i][0], acts[i][1], &out, &err));
        CHECK_ERROR(err, ERROR_RULE, "a second officer is required");
        officer("second", "security_officer");
        uint64_t before = pair.nodes[0].journal.domestic.size;
        CHECK_OK(act(acts[i][0], acts[i][1], &err), err);
        pair_settle(&pair);
        CHECK(pair.nodes[0].journal.domestic.size > before);
    }
    CHECK(!act("key-revoke", "{\"certificate\":\"xx\",\"revoked_for\":\"theft\"}", &err));
    CHECK_ERROR(err, ERROR_INPUT, "64 hexadecimal digits");
    CHECK(!act("officer-revoke", "{\"id\":\"nobody\"}", &err));
    CHECK_INT(err.kind, ERROR_MISSING);
    pair_free(&pair);
}

static bool credentials_put(struct journal *journal, void *context, struct error *err)
{
    struct session_row session = {.token_hash = span_text("0123456789abcdef0123456789abcdef"),
                                  .officer = span_text("third"),
                                  .csrf = span_text("0123456789abcdef0123456789abcdef"),
                                  .made_ms = 1,
                                  .used_ms = 1,
                                  .client = span_text("192.0.2.7")};
    struct credential_row credential = {.officer = span_text("third"),
                                        .kind = CREDENTIAL_PASSWORD,
                                        .secret = span_text("hash"),
                                        .made_ms = 1,
                                        .set_by = span_text("third")};
    (void)context;
    return credential_put(journal->db, &credential, err) &&
           session_insert(journal->db, &session, err);
}

static bool credentials_look(struct journal *journal, void *context, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(65536);
    bool *is_gone = context;
    struct session_row rows[4];
    struct credential_row credential;
    size_t count = 0;

    if (!session_list(journal->db, &arena, NULL, rows, 4, &count, err))
        return false;
    *is_gone = count == 0 && !credential_find(journal->db, &arena, span_text("third"),
                                              CREDENTIAL_PASSWORD, &credential, err);
    error_clear(err);
    return true;
}

CHECK_TEST(what_proved_an_officer_proves_nothing_afterwards)
{
    bool is_gone = true;
    struct error err = {0};

    CHECK_OR_RETURN(pair_make(&pair));
    officer("third", "analyst");
    officer("ana", "head_of_desk");
    officer("second", "security_officer");
    CHECK_OK(pair_work(&pair.nodes[0], credentials_put, NULL, &err), err);
    CHECK_OK(pair_work(&pair.nodes[0], credentials_look, &is_gone, &err), err);
    CHECK(!is_gone);
    CHECK_OK(act("officer-revoke", "{\"id\":\"third\"}", &err), err);
    CHECK_OK(pair_work(&pair.nodes[0], credentials_look, &is_gone, &err), err);
    CHECK(is_gone);
    pair_free(&pair);
}

int main(void)
{
    CHECK_RUN(a_revocation_needs_two_officers_of_the_right_roles);
    CHECK_RUN(what_proved_an_officer_proves_nothing_afterwards);
    return check_end();
}
