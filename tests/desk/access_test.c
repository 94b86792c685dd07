/*
 * Access: who approves, whose file it is, under which name a partner knows an officer; and wrong arguments of every act
 * leave nothing behind.
 * covers: access enclose
 */
#include "check.h"
#include "desk/roles.h"
#include "base/text.h"
#include "desk/private.h"
#include "journal/attachment.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "message/support/samples.h"
#include "store/part_rows.h"

static struct pair pair;

static bool act(const char *name, const char *arguments, struct span body, struct error *err)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    error_clear(err);
    return pair_act(&pair.nodes[0], name, arguments, body, &out, err);
}

CHECK_TEST(wrong_arguments_leave_no_entry)
{
    static const char *const wrong[] = {
        "{\"item\":1,\"number\":1,\"id\":1,\"limit\":\"x\",\"agreement\":1,\"attachments\":1}",
        "{\"item\":\"\",\"number\":\"\",\"id\":\"\",\"limit\":0,\"agreement\":\"none\","
        "\"attachments\":[\"zz\"]}",
        "{\"item\":\"not-an-id\",\"number\":\"x\",\"id\":\"X Y\",\"limit\":100000,"
        "\"agreement\":\"xx-yy\",\"attachments\":[\"00\"]}",
    };
    struct journal *journal = &pair.nodes[0].journal;
    struct error err = {0};

    CHECK(
        !act("agreement-terminate", wrong[0], span_text(""), &err)); /* enters who signs with it */
    for (size_t i = 0; i < desk_act_count; i++) {
        const char *name = desk_acts[i].name;
        if (strcmp(name, "rebuild") == 0 || strcmp(name, "officer-list") == 0 ||
            strcmp(name, "held-retry") == 0 || strcmp(name, "officer-sessions") == 0 ||
            strcmp(name, "agreement-list") == 0 || strcmp(name, "resume-status") == 0 ||
            strcmp(name, "resume-order") == 0 || strcmp(name, "approval-list") == 0 ||
            strncmp(name, "succession-", 11) == 0 || strcmp(name, "key-revoke") == 0 ||
            strcmp(name, "officer-revoke") == 0 || strcmp(name, "retention-status") == 0 ||
            strcmp(name, "retention-run") == 0 || strcmp(name, "retention-clock") == 0 ||
            strcmp(name, "own-import-list") == 0 || strcmp(name, "alarm-list") == 0 ||
            strcmp(name, "on-call-list") == 0 || strcmp(name, "emergency-list") == 0 ||
            strcmp(name, "glass-open") == 0)
            continue; /* take none, or want another approver first */
        bool is_ours = role_permits(ROLE_HEAD_OF_DESK, name) || strcmp(name, "officer-put") == 0;
        for (size_t k = 0; k < ARRAY_COUNT(wrong); k++) {
            uint64_t domestic = journal->domestic.size;
            int64_t entry = journal->next_sequence;
            bool ok = act(name, wrong[k], span_text("{\"x\":1}"), &err);
            if (ok)
                printf("%s %s passed\n", name, wrong[k]);
            CHECK(!ok);
            CHECK(is_ours ? err.kind == ERROR_INPUT || err.kind == ERROR_MISSING
                          : err.kind == ERROR_RULE);
            CHECK_INT(journal->domestic.size, domestic);
            CHECK_INT(journal->next_sequence, entry);
        }
    }
    CHECK(!journal->is_dead);
}

/* It would be refused as malformed by the partner, and the officer would never know why nothing is answered. */
CHECK_TEST(a_refusal_without_its_reason_is_not_sent)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    char arguments[128];

    CHECK_OK(pair_request(&pair.nodes[1], 7, item, &err), err);
    pair_settle(&pair);
    int64_t sequence = pair.nodes[0].journal.next_sequence;
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"grounds\":[\"a\"]}", item);
    CHECK(!act("refuse-send", arguments, span_text(""), &err));
    CHECK_ERROR(err, ERROR_INPUT, "refusals[0].reason");
    CHECK_INT(pair.nodes[0].journal.next_sequence, sequence);
}

CHECK_TEST(items_of_the_partner_are_not_ours_to_withdraw_nor_ours_to_answer)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    char arguments[128];

    CHECK_OK(pair_request(&pair.nodes[1], 1, item, &err), err);
    pair_settle(&pair);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK(!act("item-withdraw", arguments, span_text(""), &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "not ours");
    CHECK_OK(pair_request(&pair.nodes[0], 2, item, &err), err);
    pair_settle(&pair);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"unit\":\"desk\"}", item);
    CHECK(!act("assign", arguments, span_text(""), &err));
    CHECK_ERROR(err, ERROR_INPUT, "not a request to us");
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"grounds\":[\"a\"]}", item);
    CHECK(!act("refuse-send", arguments, span_text(""), &err));
    CHECK_ERROR(err, ERROR_INPUT, "not a request to us");
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK(!act("item-withdraw", arguments, span_text(""), &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "custody");
    CHECK(!act("refuse-send",
               "{\"item\":\"01890a5d-ac96-774b-bcce-b302099a8057\","
               "\"grounds\":[\"zz\"]}",
               span_text(""), &err));
}

/* --- names towards a partner --- */

struct name_job {
    struct env env;
    const char *officer;
    const char *partner;
    char name[64];
};

static int64_t name_now;
static int64_t fixed_now(void *context)
{
    (void)context;
    return name_now;
}

static bool name_run(struct journal *journal, void *context, struct error *err)
{
    struct name_job *job = context;
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct journal_line line = journal->lines[0];
    const struct env *env = journal->env;
    struct span name;

    job->env = *env;
    job->env.now_ms = fixed_now;
    snprintf(line.partner, sizeof line.partner, "%s", job->partner);
    journal->env = &job->env;
    bool ok = access_pseudonym(journal, &line, span_text(job->officer), &arena, &name, err);
    journal->env = env;
    if (ok)
        snprintf(job->name, sizeof job->name, "%.*s", SPAN_ARG(name));
    return ok;
}

static void name_of(size_t side, const char *officer, const char *partner, int64_t now_ms,
                    char out[64])
{
    struct name_job job = {.officer = officer, .partner = partner};
    struct error err = {0};

    name_now = now_ms;
    out[0] = '\0';
    CHECK_OK(hostile_run(&pair.nodes[side], name_run, &job, &err), err);
    memcpy(out, job.name, 64);
}

CHECK_TEST(a_pseudonym_is_new_per_partner_month_officer_and_node)
{
    static const int64_t january = INT64_C(1768000000000);
    static const int64_t february = january + INT64_C(31) * 86400000;
    char names[6][64];

    name_of(0, "ana", "al", january, names[0]);
    name_of(0, "ana", "gr", january, names[1]);
    name_of(0, "ana", "al", february, names[2]);
    name_of(0, "second", "al", january, names[3]);
    name_of(1, "ana", "al", january, names[4]);
    name_of(0, "ana", "al", january + 3600000, names[5]);
    CHECK(strcmp(names[0], names[5]) == 0); /* the same all month */
    for (size_t i = 0; i < 5; i++) {
        CHECK(strncmp(names[i], "o-", 2) == 0 && strstr(names[i], "ana") == NULL);
        for (size_t k = i + 1; k < 5; k++)
            CHECK(strcmp(names[i], names[k]) != 0);
    }
    CHECK(pair_reopen(&pair.nodes[0]));
    name_of(0, "ana", "al", january, names[5]);
    CHECK(strcmp(names[0], names[5]) == 0);
}

/* --- files --- */

static const uint8_t upload_id[ATTACHMENT_ID_SIZE] = {9};

static bool upload_run(struct journal *journal, void *context, struct error *err)
{
    static const uint8_t hash[DIGEST_SIZE] = {1};
    struct upload_row row = {.id = span_make(upload_id, sizeof upload_id),
                             .officer = span_text(context),
                             .name = span_text("film.bin"),
                             .size = 3,
                             .sha256 = span_make(hash, sizeof hash),
                             .segments = span_make(hash, sizeof hash),
                             .part_key = span_text("key"),
                             .created_ms = 1};
    return upload_insert(journal->db, &row, err);
}

CHECK_TEST(a_file_of_another_officer_is_not_sent)
{
    char hex[2 * ATTACHMENT_ID_SIZE + 1];
    char arguments[128];
    char reference[24];
    char officer[] = "second";
    struct request request = sample_request_numbered(9, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct error err = {0};

    CHECK_OK(hostile_run(&pair.nodes[0], upload_run, officer, &err), err);
    request.authority = span_text("Centrul de Cooperare (test)");
    CHECK(request_write(&request, &body));
    hex_write(span_make(upload_id, sizeof upload_id), hex);
    snprintf(arguments, sizeof arguments, "{\"attachments\":[\"%s\"]}", hex);
    CHECK(!act("request-send", arguments, buffer_span(&body), &err));
    CHECK_ERROR(err, ERROR_RULE, "another officer");
    CHECK(!act("request-send", "{\"attachments\":[\"00112233445566778899aabbccddeeff\"]}",
               buffer_span(&body), &err));
    CHECK_ERROR(err, ERROR_MISSING, "attachment 1");
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(wrong_arguments_leave_no_entry);
    CHECK_RUN(a_refusal_without_its_reason_is_not_sent);
    CHECK_RUN(items_of_the_partner_are_not_ours_to_withdraw_nor_ours_to_answer);
    CHECK_RUN(a_pseudonym_is_new_per_partner_month_officer_and_node);
    CHECK_RUN(a_file_of_another_officer_is_not_sent);
    pair_free(&pair);
    return check_end();
}
