/*
 * Passwords that others set: two halves for two hands, good for one thing and not for long; and one's own, which only the
 * old one changes.
 * covers: password sessions
 */
#include "desk/password.h"

#include "base/attributes.h"
#include "base/text.h"
#include "check.h"
#include "crypto/password.h"
#include "desk/approval.h"
#include "desk/login.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"
#include "store/log_rows.h"
#include "store/session_rows.h"

static struct pair pair;
static struct arena arena;
static struct error err;
static struct buffer out;
static int64_t ahead_ms;
static struct env moved;
static const struct env *before;

static int64_t now_moved(void *context)
{
    return before->now_ms(context) + ahead_ms;
}

/* One log-in, with the password compared as the API does. */
struct step {
    const char *officer;
    const char *password;
    struct span hash;
    bool is_valid;
    uint8_t token[LOGIN_TOKEN_SIZE];
    struct desk_session session;
    const char *new_hash;
    bool is_right;
};

static bool login_run(struct journal *journal, void *context, struct error *e)
{
    struct step *step = context;

    if (!desk_login_hash(journal, span_text(step->officer), &arena, &step->hash, e))
        return false;
    step->is_right = desk_password_verify(step->hash, span_text(step->password));
    return desk_login_end(journal, span_text(step->officer), span_text("192.0.2.7"), step->is_right,
                          &arena, step->token, &step->session, e);
}

static bool login(struct step *step)
{
    error_clear(&err);
    return hostile_run(&pair.nodes[0], login_run, step, &err) && step->session.until_ms != 0;
}

static bool find_run(struct journal *journal, void *context, struct error *e)
{
    struct step *step = context;

    return desk_session_find(journal, span_make(step->token, LOGIN_TOKEN_SIZE),
                             span_text("192.0.2.7"), true, &arena, &step->is_valid, &step->session,
                             e);
}

static bool is_valid(struct step *step)
{
    return hostile_run(&pair.nodes[0], find_run, step, &err) && step->is_valid;
}

static bool change_run(struct journal *journal, void *context, struct error *e)
{
    struct step *step = context;
    struct desk_password_change change = {.officer = span_text(step->officer),
                                          .client = span_text("192.0.2.7"),
                                          .token = span_make(step->token, LOGIN_TOKEN_SIZE),
                                          .hash = span_text(step->new_hash),
                                          .is_right = step->is_right};

    return desk_password_change(journal, &change, &arena, e);
}

static bool act(const char *officer, const char *name, const char *arguments)
{
    error_clear(&err);
    bool ok = pair_act_as(&pair.nodes[0], officer, name, arguments, &out, &err);
    buffer_byte(&out, 0);
    return ok;
}

/* A text field of the result. */
static bool field(const char *name, char text[128])
{
    char wanted[48];

    snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
    const char *found = strstr((const char *)out.data, wanted);
    if (found == NULL) {
        printf("no %s in %s\n", name, (const char *)out.data);
        return false;
    }
    found += strlen(wanted);
    snprintf(text, 128, "%.*s", (int)strcspn(found, "\""), found);
    return true;
}

/* Asked by the administrator, confirmed by `second`: both halves. */
static bool one_time_get(const char *officer, const char *second, char first_half[128],
                         char second_half[128])
{
    char id[128];
    char sha256[128];
    char arguments[400];

    snprintf(arguments, sizeof arguments, "{\"id\":\"%.64s\"}", officer);
    if (!act("boss", "officer-password", arguments) || !field("first_half", first_half) ||
        !field("approval", id) || !field("sha256", sha256))
        return false;
    snprintf(arguments, sizeof arguments, "{\"approval\":\"%.64s\",\"sha256\":\"%.64s\"}", id,
             sha256);
    return act(second, "approval-confirm", arguments) && field("second_half", second_half);
}

/* The newest domestic entry of this act. */
static bool newest(const char *name, struct act *found)
{
    static struct problems problems;
    struct journal *journal = &pair.nodes[0].journal;

    for (uint64_t n = journal->domestic.size; n > 0; n--) {
        struct entry_row row;
        struct span body;
        problems_clear(&problems);
        error_clear(&err);
        if (!entry_find_index(journal->db, &arena, journal->domestic.id, (int64_t)n - 1, &row,
                              &err))
            return false;
        /* Not every domestic entry is an act. */
        if (journal_body(journal, &row, &arena, &body, &err) &&
            act_read(body, &arena, found, &problems) && span_is(found->act, name))
            return true;
    }
    return false;
}

CHECK_TEST(neither_administrator_nor_second_officer_can_act_as_a_third)
{
    char first[128];
    char second[128];
    char both[300];
    struct step step = {.officer = "ana"};
    struct act entry;

    CHECK_OR_RETURN(one_time_get("ana", "hera", first, second));
    step.password = first;
    CHECK(!login(&step));
    step.password = second;
    CHECK(!login(&step));
    snprintf(both, sizeof both, "%s-%s", second, first);
    step.password = both;
    CHECK(!login(&step));
    snprintf(both, sizeof both, "%s-%s", first, first);
    CHECK(!login(&step));
    snprintf(both, sizeof both, "%s-%s", first, second);
    CHECK(login(&step));
    CHECK(step.session.must_change);
    CHECK_SPAN(step.session.password_set_by, "boss");
    CHECK_SPAN(step.session.password_confirmed_by, "hera");
    CHECK(step.session.password_set_ms > 0);
    CHECK(is_valid(&step) && step.session.must_change);
    CHECK_OR_RETURN(newest("officer-password", &entry));
    CHECK_SPAN(entry.officer, "boss");
    CHECK_SPAN(entry.objects[0], "ana");
    CHECK_SPAN(entry.objects[1], "approved-by hera");
    /* As it is read aloud: spaces, capitals. */
    for (char *c = both; *c != '\0'; c++) {
        if (*c == '-')
            *c = ' ';
        else if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 32);
    }
    CHECK(login(&step));
}

CHECK_TEST(an_administrator_alone_changes_nothing)
{
    char hash[PASSWORD_HASH_SIZE];
    struct step step = {.officer = "ion", .password = "a long enough one", .is_right = true};
    char arguments[256];
    char id[128];
    char sha256[128];

    CHECK_OK(password_hash(span_text(step.password), hash, &err), err);
    step.new_hash = hash;
    CHECK_OK(hostile_run(&pair.nodes[0], change_run, &step, &err), err);
    CHECK(login(&step) && is_valid(&step));
    CHECK(act("boss", "officer-password", "{\"id\":\"ion\"}"));
    CHECK_OR_RETURN(field("approval", id) && field("sha256", sha256));
    CHECK(is_valid(&step)); /* the session and the password stand until another confirms */
    CHECK(login(&step));
    snprintf(arguments, sizeof arguments, "{\"approval\":\"%.64s\",\"sha256\":\"%.64s\"}", id,
             sha256);
    static const char *const unfit[] = {"boss", "ion", "second", "other-admin"};
    for (size_t i = 0; i < ARRAY_COUNT(unfit); i++) {
        CHECK(!act(unfit[i], "approval-confirm", arguments));
        CHECK_INT(err.kind, ERROR_RULE);
    }
    CHECK(is_valid(&step));
    CHECK(act("sec", "approval-confirm", arguments));
    CHECK(!is_valid(&step));
    CHECK(!login(&step)); /* the old one is gone */
}

CHECK_TEST(nobody_confirms_a_password_for_themselves)
{
    char first[128];
    char second[128];

    CHECK(!one_time_get("hera", "hera", first, second));
    CHECK_ERROR(err, ERROR_RULE, "for themselves");
    CHECK(one_time_get("hera", "sec", first, second));
    /* Another administrator's door is not opened by one alone either. */
    CHECK(!one_time_get("other-admin", "boss", first, second));
    CHECK(one_time_get("other-admin", "sec", first, second));
    CHECK(!act("ana", "officer-password", "{\"id\":\"ion\"}"));
    CHECK_ERROR(err, ERROR_RULE, "not for the role");
}

CHECK_TEST(a_one_time_password_ends_after_a_day)
{
    char first[128];
    char second[128];
    char both[300];
    struct step step = {.officer = "ana", .password = both};

    CHECK_OR_RETURN(one_time_get("ana", "hera", first, second));
    snprintf(both, sizeof both, "%s-%s", first, second);
    ahead_ms = LOGIN_ONE_TIME_MS - 60000;
    CHECK(login(&step));
    ahead_ms = LOGIN_ONE_TIME_MS + 60000;
    CHECK(!login(&step));
    ahead_ms = 0;
}

CHECK_TEST(ones_own_password_ends_the_other_sessions_and_leaves_an_entry)
{
    char first[128];
    char second[128];
    char both[300];
    char hash[PASSWORD_HASH_SIZE];
    struct step other = {.officer = "ana", .password = both};
    struct step step = {.officer = "ana", .password = both};
    struct act entry;

    CHECK_OR_RETURN(one_time_get("ana", "hera", first, second));
    snprintf(both, sizeof both, "%s-%s", first, second);
    CHECK_OK(password_hash(span_text("my own and long enough"), hash, &err), err);
    CHECK(login(&other) && login(&step)); /* the second log-in from one place ends the first */
    other = step;
    CHECK(login(&step));
    step.new_hash = hash;
    step.is_right = false;
    CHECK_OK(hostile_run(&pair.nodes[0], change_run, &step, &err), err);
    CHECK_OR_RETURN(newest("password-change", &entry));
    CHECK_SPAN(entry.outcome, "refused");
    CHECK_SPAN(entry.reason, "wrong old password");
    CHECK(is_valid(&step) && step.session.must_change);
    step.is_right = true;
    CHECK_OK(hostile_run(&pair.nodes[0], change_run, &step, &err), err);
    CHECK(is_valid(&step) && !step.session.must_change);
    CHECK(!is_valid(&other));
    CHECK_OR_RETURN(newest("password-change", &entry));
    CHECK_SPAN(entry.outcome, "done");
    CHECK_SPAN(entry.officer, "ana");
    CHECK(!login(&other)); /* the one-time one is gone */
    step.password = "my own and long enough";
    CHECK(login(&step));
    CHECK(!step.session.must_change);
    CHECK_SPAN(step.session.password_set_by, "ana");
    CHECK_INT(step.session.password_confirmed_by.size, 0);
    step.new_hash = "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA";
    CHECK(!hostile_run(&pair.nodes[0], change_run, &step, &err));
    CHECK_ERROR(err, ERROR_INPUT, "cost");
}

CHECK_TEST(an_administrator_ends_and_lists_sessions)
{
    struct step step = {.officer = "ana", .password = "my own and long enough"};

    CHECK(login(&step) && is_valid(&step));
    CHECK(act("boss", "officer-sessions", "{}"));
    CHECK(strstr((const char *)out.data, "\"client\":\"192.0.2.7\"") != NULL);
    CHECK(act("boss", "officer-end", "{\"id\":\"ana\"}"));
    CHECK(!is_valid(&step));
}

static bool named_run(struct journal *journal, void *context, struct error *e)
{
    static struct problems problems;
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct json_writer writer = json_writer_make(&out);

    problems_clear(&problems);
    buffer_clear(&out);
    if (!json_parse(span_text("{\"id\":\"ana\"}"), &json, e))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct desk_call call = {.access = {.officer = span_text("boss"),
                                        .reason = span_text("installation"),
                                        .approver = span_text(context)},
                             .arguments = &object,
                             .problems = &problems,
                             .arena = &arena};
    return desk_run(journal, desk_act_find(span_text("officer-password")), &call, &writer, e);
}

/* The command line's way: the second officer is named beside the first. */
CHECK_TEST(with_the_second_officer_named_both_halves_come_together)
{
    char text[128];
    char second[] = "sec";
    char administrator[] = "other-admin";
    char herself[] = "ana";
    struct step step = {.officer = "ana", .password = text};

    CHECK_OK(hostile_run(&pair.nodes[0], named_run, second, &err), err);
    buffer_byte(&out, 0);
    CHECK_OR_RETURN(field("one_time_password", text));
    CHECK(login(&step) && step.session.must_change);
    CHECK_SPAN(step.session.password_confirmed_by, "sec");
    CHECK(!hostile_run(&pair.nodes[0], named_run, administrator, &err));
    CHECK_INT(err.kind, ERROR_RULE);
    CHECK(!hostile_run(&pair.nodes[0], named_run, herself, &err));
    CHECK_INT(err.kind, ERROR_RULE);
}

CHECK_TEST(a_one_time_secret_that_is_cut_or_changed_opens_nothing)
{
    static const char password[] = "0123-4567-89ab-cdef-ghjk-mnpq-rstv-wxyz";
    char secret[160];
    char hex[2 * DIGEST_SIZE + 1];
    uint8_t digest[DIGEST_SIZE];
    size_t at = (size_t)snprintf(secret, sizeof secret, "once:");

    digest_sha256(span_text("0123456789abcdef"), digest);
    hex_write(span_make(digest, sizeof digest), hex);
    at += (size_t)snprintf(secret + at, sizeof secret - at, "%s", hex);
    digest_sha256(span_text("ghjkmnpqrstvwxyz"), digest);
    hex_write(span_make(digest, sizeof digest), hex);
    snprintf(secret + at, sizeof secret - at, "%s", hex);
    CHECK(one_time_is(span_text(secret)));
    CHECK(one_time_verify(span_text(secret), span_text(password)));
    CHECK(desk_password_verify(span_text(secret), span_text(password)));
    for (size_t size = 0; size < strlen(secret); size++)
        CHECK(!one_time_verify(span_make(secret, size), span_text(password)));
    for (size_t size = 0; size < strlen(password); size++)
        CHECK(!one_time_verify(span_text(secret), span_make(password, size)));
    CHECK(!one_time_verify(span_text(secret), span_text("0123456789abcdefghjkmnpqrstvwxyz0")));
    CHECK(!one_time_verify(span_text(secret), span_text("0123456789abcdefghjkmnpqrstvwxyl")));
    CHECK(!one_time_verify(span_text("$argon2id$"), span_text(password)));
}

static bool officer(const char *id, const char *role)
{
    char arguments[160];
    struct buffer ignored CLEANUP(buffer_free) = buffer_make(4096);

    snprintf(arguments, sizeof arguments,
             "{\"id\":\"%s\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"%s\"}", id, role);
    return pair_act(&pair.nodes[0], "officer-put", arguments, span_text(""), &ignored, &err);
}

int main(void)
{
    arena = arena_make(16u * 1024 * 1024);
    out = buffer_make(64u * 1024);
    if (!pair_make(&pair) || !officer("hera", "head_of_desk") || !officer("ion", "investigator") ||
        !officer("sec", "security_officer") || !officer("other-admin", "administrator"))
        return 1;
    before = pair.nodes[0].journal.env;
    moved = *before;
    moved.now_ms = now_moved;
    pair.nodes[0].journal.env = &moved;
    if (!pair_act_as(&pair.nodes[0], "other-admin", "officer-put",
                     "{\"id\":\"boss\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":"
                     "\"administrator\"}",
                     &out, &err))
        return 1;
    CHECK_RUN(neither_administrator_nor_second_officer_can_act_as_a_third);
    CHECK_RUN(an_administrator_alone_changes_nothing);
    CHECK_RUN(nobody_confirms_a_password_for_themselves);
    CHECK_RUN(a_one_time_password_ends_after_a_day);
    CHECK_RUN(ones_own_password_ends_the_other_sessions_and_leaves_an_entry);
    CHECK_RUN(an_administrator_ends_and_lists_sessions);
    CHECK_RUN(with_the_second_officer_named_both_halves_come_together);
    CHECK_RUN(a_one_time_secret_that_is_cut_or_changed_opens_nothing);
    pair.nodes[0].journal.env = before;
    pair_free(&pair);
    buffer_free(&out);
    arena_free(&arena);
    return check_end();
}
