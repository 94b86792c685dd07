/*
 * Roles: the table in the code is the table that was written by hand (tests/data/roles), every act has its row, and the
 * acts really refuse. To write docs/roles.md anew: run this program with `--write docs/roles.md`.
 * covers: roles
 */
#include "desk/roles.h"

#include "base/attributes.h"
#include "base/text.h"
#include "check.h"
#include "desk/approval.h"
#include "desk/desk.h"
#include "journal/support/pair.h"

static struct pair pair;

static bool file_read(const char *path, struct buffer *out)
{
    FILE *file = fopen(path, "rb");
    char bytes[4096];
    size_t size;

    if (file == NULL)
        return false;
    while ((size = fread(bytes, 1, sizeof bytes, file)) > 0)
        buffer_add(out, span_make(bytes, size));
    return fclose(file) == 0 && !out->failed;
}

static int file_write(const char *path)
{
    struct buffer page CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    FILE *file = fopen(path, "wb");

    roles_document(&page);
    if (file == NULL || page.failed || fwrite(page.data, 1, page.size, file) != page.size) {
        printf("cannot write %s\n", path);
        return 1;
    }
    return fclose(file) == 0 ? 0 : 1;
}

CHECK_TEST(docs_roles_is_up_to_date)
{
    struct buffer page CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    struct buffer kept CLEANUP(buffer_free) = buffer_make(1024 * 1024);

    roles_document(&page);
    CHECK(!page.failed);
    CHECK_OR_RETURN(file_read(BESA_SOURCE_DIR "/docs/roles.md", &kept));
    CHECK(span_equal(buffer_span(&page), buffer_span(&kept)));
}

/* --- the table by hand --- */

struct wanted {
    char act[64];
    uint32_t roles;
};
static struct wanted wanted[160];
static size_t wanted_count;

static bool wanted_read(void)
{
    FILE *file = fopen(BESA_TEST_DATA "/roles/acts.txt", "r");
    char line[512];
    bool ok = file != NULL;

    while (ok && fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '#')
            continue;
        char *rest = NULL;
        char *word = strtok_r(line, ": \n", &rest);
        if (word == NULL || wanted_count == ARRAY_COUNT(wanted))
            continue;
        struct wanted *row = &wanted[wanted_count++];
        snprintf(row->act, sizeof row->act, "%s", word);
        while (ok && (word = strtok_r(NULL, ": \n", &rest)) != NULL) {
            enum role role;
            ok = role_read(span_text(word), &role);
            if (ok)
                row->roles |= 1u << role;
        }
    }
    if (file != NULL)
        fclose(file);
    return ok;
}

static const struct wanted *wanted_find(const char *act)
{
    for (size_t i = 0; i < wanted_count; i++)
        if (strcmp(wanted[i].act, act) == 0)
            return &wanted[i];
    return NULL;
}

CHECK_TEST(the_table_is_the_one_written_by_hand)
{
    CHECK_INT(role_rule_count, wanted_count);
    for (size_t i = 0; i < role_rule_count; i++) {
        const struct wanted *row = wanted_find(role_rules[i].act);
        if (row == NULL || row->roles != role_rules[i].roles)
            printf("act %s\n", role_rules[i].act);
        CHECK(row != NULL && row->roles == role_rules[i].roles);
    }
}

CHECK_TEST(an_act_without_a_row_is_nobodys)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        CHECK(!role_permits((enum role)i, "item-sell"));
        CHECK(!role_permits((enum role)i, ""));
    }
}

/* --- the acts --- */

struct attempt {
    struct job job;
    const struct desk_act *act;
    struct desk_access access;
    struct error err;
    bool is_done;
    bool ok;
};

static bool attempt_run(struct journal *journal, struct job *job, struct error *err)
{
    static struct problems problems;
    struct attempt *attempt = (struct attempt *)job;
    struct arena arena CLEANUP(arena_free) = arena_make(64u * 1024 * 1024);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct json_writer writer = json_writer_make(&out);

    problems_clear(&problems);
    if (!json_parse(span_text("{}"), &json, err))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct desk_call call = {.access = attempt->access,
                             .arguments = &object,
                             .body = span_text("{}"),
                             .problems = &problems,
                             .arena = &arena};
    return desk_run(journal, attempt->act, &call, &writer, err);
}

static void attempt_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct attempt *attempt = (struct attempt *)job;
    (void)journal;
    attempt->is_done = true;
    attempt->ok = ok;
    if (!ok)
        attempt->err = *err;
}

static void attempt_make(struct attempt *attempt, const struct desk_act *act, const char *officer,
                         const char *approver)
{
    struct journal *journal = &pair.nodes[0].journal;

    *attempt = (struct attempt){.job = {.run = attempt_run, .done = attempt_done},
                                .act = act,
                                .access = {.officer = span_text(officer),
                                           .reason = span_text("a test"),
                                           .case_number = span_text("c-1"),
                                           .approver = span_text(approver)}};
    if (!journal_submit(journal, &attempt->job, &attempt->err))
        return;
    while (!attempt->is_done)
        journal_pump(journal);
}

/* An officer of each role, named as the role with hyphens. */
static void officer_name(size_t role, char out[32])
{
    snprintf(out, 32, "%s", role_names[role]);
    for (char *c = out; *c != '\0'; c++)
        if (*c == '_')
            *c = '-';
}

static bool officers_make(void)
{
    struct error err = {0};

    for (size_t i = 0; i < ROLE_COUNT; i++) { /* administrator is the last: `node` makes them all */
        struct buffer out CLEANUP(buffer_free) = buffer_make(4096);
        char name[32];
        char arguments[192];
        officer_name(i, name);
        snprintf(arguments, sizeof arguments,
                 "{\"id\":\"%s\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"%s\"}", name,
                 role_names[i]);
        if (!pair_act(&pair.nodes[0], "officer-put", arguments, span_text(""), &out, &err)) {
            printf("%s\n", err.text);
            return false;
        }
    }
    return true;
}

static bool is_refused_by_role(const struct attempt *attempt)
{
    return !attempt->ok && attempt->err.kind == ERROR_RULE &&
           strstr(attempt->err.text, "not for the role") != NULL;
}

//= dir-2016-680 art 29(2)(e)
CHECK_TEST(every_act_refuses_every_other_role)
{
    unsigned checked = 0;
    unsigned unexpected = 0;

    for (size_t i = 0; i < desk_act_count; i++) {
        const struct wanted *row = wanted_find(desk_acts[i].name);
        CHECK_OR_RETURN(row != NULL);
        for (size_t k = 0; k < ROLE_COUNT; k++) {
            struct attempt attempt;
            char name[32];
            bool is_wanted = (row->roles & 1u << k) != 0;
            officer_name(k, name);
            attempt_make(&attempt, &desk_acts[i], name, "");
            checked++;
            if (is_refused_by_role(&attempt) != is_wanted)
                continue;
            unexpected++;
            printf("%s by %s: %s\n", desk_acts[i].name, name, attempt.err.text);
        }
    }
    printf("%u acts by roles checked, %u unexpected\n", checked, unexpected);
    CHECK_INT(unexpected, 0);
}

CHECK_TEST(only_an_approving_role_approves)
{
    const struct desk_act *act = desk_act_find(span_text("request-send"));

    for (size_t k = 0; k < ROLE_COUNT; k++) {
        struct attempt attempt;
        char name[32];
        bool may_approve = k == ROLE_APPROVER || k == ROLE_HEAD_OF_DESK;
        officer_name(k, name);
        attempt_make(&attempt, act, "ana", name);
        CHECK(!attempt.ok); /* the message is empty */
        CHECK((strstr(attempt.err.text, "does not approve") == NULL) == may_approve);
    }
}

/* Rows of the table of second officers that was written by hand: what it says of an act. */
struct second {
    bool is_there;
    bool is_always;
    uint32_t roles;
};

static struct second second_find(const char *act)
{
    FILE *file = fopen(BESA_TEST_DATA "/roles/second.txt", "r");
    struct second found = {.is_there = false};
    char line[512];
    enum role role;

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *rest = NULL;
        const char *word = strtok_r(line, ": \n", &rest);
        if (word == NULL || strcmp(word, act) != 0)
            continue;
        word = strtok_r(NULL, ": \n", &rest);
        found = (struct second){.is_there = true, .is_always = strcmp(word, "always") == 0};
        while ((word = strtok_r(NULL, ": \n", &rest)) != NULL)
            if (role_read(span_text(word), &role))
                found.roles |= 1u << role;
    }
    if (file != NULL)
        fclose(file);
    return found;
}

CHECK_TEST(acts_that_wait_for_a_second_officer_are_those_written_by_hand)
{
    unsigned waiting = 0;

    for (size_t i = 0; i < desk_act_count; i++) {
        const struct second row = second_find(desk_acts[i].name);
        struct span act = span_text(desk_acts[i].name);
        bool is_right =
            approval_may_wait(act) == row.is_there && approval_must_wait(act) == row.is_always;
        if (!is_right)
            printf("act %s\n", desk_acts[i].name);
        CHECK(is_right);
        waiting += row.is_there;
        for (size_t k = 0; row.is_there && k < ROLE_COUNT; k++) {
            struct error err = {0};
            bool may = role_check_approver(span_text(role_names[k]), desk_acts[i].name, &err);
            CHECK(may == ((row.roles & 1u << k) != 0));
            /* Whoever approves gets as far as the draft. */
            CHECK(!may || role_permits((enum role)k, "approval-confirm"));
            CHECK(!may || role_permits((enum role)k, "approval-show"));
        }
    }
    CHECK(waiting >= 10);
}

/* What nobody may do alone is refused to the one who tries, whatever the role. */
CHECK_TEST(nobody_does_alone_what_two_must)
{
    for (size_t i = 0; i < desk_act_count; i++) {
        struct attempt attempt;
        char name[32];
        if (!second_find(desk_acts[i].name).is_always)
            continue;
        officer_name(ROLE_HEAD_OF_DESK, name);
        attempt_make(&attempt, &desk_acts[i], name, "");
        CHECK(!attempt.ok);
    }
}

CHECK_TEST(node_enters_no_officer_beside_an_administrator)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(4096);
    struct error err = {0};

    CHECK(!pair_act(&pair.nodes[0], "officer-put",
                    "{\"id\":\"x\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"approver\"}",
                    span_text(""), &out, &err));
    CHECK_ERROR(err, ERROR_RULE, "there is an administrator");
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return file_write(argv[2]);
    if (!wanted_read() || !pair_make(&pair) || !officers_make())
        return 1;
    CHECK_RUN(docs_roles_is_up_to_date);
    CHECK_RUN(the_table_is_the_one_written_by_hand);
    CHECK_RUN(an_act_without_a_row_is_nobodys);
    CHECK_RUN(every_act_refuses_every_other_role);
    CHECK_RUN(only_an_approving_role_approves);
    CHECK_RUN(acts_that_wait_for_a_second_officer_are_those_written_by_hand);
    CHECK_RUN(nobody_does_alone_what_two_must);
    CHECK_RUN(node_enters_no_officer_beside_an_administrator);
    pair_free(&pair);
    return check_end();
}
