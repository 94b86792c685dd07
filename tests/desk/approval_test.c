/*
 * Approvals: a draft is its exact bytes; only the second officer who is asked, with the digest of what was shown, lets it
 * go, and the entry of the act says so; nobody else, not twice, not too late.
 * covers: approval
 */
#include "desk/approval.h"

#include "base/text.h"
#include "check.h"
#include "desk/roles.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"
#include "message/outcomes.h"
#include "message/support/samples.h"
#include "store/log_rows.h"

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

/* One act or one asking, by anyone. */
struct attempt {
    const char *officer;
    const char *approver;
    const char *case_number;
    const char *act;
    const char *arguments;
    struct span body;
    bool is_asking;
};

static bool attempt_run(struct journal *journal, void *context, struct error *e)
{
    const struct attempt *attempt = context;
    static struct problems problems;
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct json_writer writer = json_writer_make(&out);
    const struct desk_act *act = desk_act_find(span_text(attempt->act));

    problems_clear(&problems);
    buffer_clear(&out);
    if (!json_parse(span_text(attempt->arguments), &json, e))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct desk_call call = {.access = {.officer = span_text(attempt->officer),
                                        .reason = span_text("for a test"),
                                        .case_number = span_text(attempt->case_number),
                                        .approver = span_text(attempt->approver)},
                             .arguments = &object,
                             .body = attempt->body,
                             .problems = &problems,
                             .arena = &arena};
    return attempt->is_asking
               ? approval_ask(journal, act, &call, span_text(attempt->arguments), &writer, e)
               : desk_run(journal, act, &call, &writer, e);
}

static bool try(const struct attempt *attempt)
{
    struct attempt copy = *attempt;

    error_clear(&err);
    return hostile_run(&pair.nodes[0], attempt_run, &copy, &err);
}

/* A text field of the result. */
static const char *field(const char *name)
{
    static char texts[4][128];
    static unsigned at;
    char wanted[48];
    char *text = texts[at++ % 4];
    const char *end = (const char *)out.data + out.size;

    snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
    const char *found = memmem(out.data, out.size, wanted, strlen(wanted));
    if (found == NULL)
        return "";
    found += strlen(wanted);
    size_t size = 0;
    while (found + size < end && found[size] != '"' && size < 127)
        size++;
    snprintf(text, 128, "%.*s", (int)size, found);
    return text;
}

static bool has(const char *text)
{
    bool is_there = memmem(out.data, out.size, text, strlen(text)) != NULL;

    if (!is_there)
        printf("%.*s\n", SPAN_ARG(buffer_span(&out)));
    return is_there;
}

/* The newest domestic entry of this act. */
static bool newest(const char *name, struct act *act)
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
            act_read(body, &arena, act, &problems) && span_is(act->act, name))
            return true;
    }
    return false;
}

static bool act_names(const struct act *act, const char *text)
{
    for (size_t i = 0; i < act->object_count; i++)
        if (memmem(act->objects[i].data, act->objects[i].size, text, strlen(text)) != NULL)
            return true;
    printf("no object with %s\n", text);
    return false;
}

static struct buffer request_body;

static bool request_make(unsigned number)
{
    char reference[24];
    struct request request = sample_request_numbered(number, reference);

    buffer_clear(&request_body);
    request.authority = span_text("Centrul de Cooperare (test)");
    return request_write(&request, &request_body);
}

/* Ana drafts a request; its id and digest. */
struct drafted {
    char id[64];
    char sha256[80];
    char arguments[256];
};
static bool draft(unsigned number, const char *approver, struct drafted *drafted)
{
    struct attempt attempt = {.officer = "ana",
                              .approver = approver,
                              .case_number = "c-1",
                              .act = "request-send",
                              .arguments = "{\"agreement\":\"ro-al\"}",
                              .is_asking = true};

    if (!request_make(number))
        return false;
    attempt.body = buffer_span(&request_body);
    if (!try(&attempt)) {
        printf("%s\n", err.text);
        return false;
    }
    snprintf(drafted->id, sizeof drafted->id, "%s", field("approval"));
    snprintf(drafted->sha256, sizeof drafted->sha256, "%s", field("sha256"));
    snprintf(drafted->arguments, sizeof drafted->arguments,
             "{\"approval\":\"%s\",\"sha256\":\"%s\"}", drafted->id, drafted->sha256);
    return strlen(drafted->id) == 32 && strlen(drafted->sha256) == 64;
}

static struct attempt deciding(const char *officer, const char *act, const char *arguments)
{
    return (struct attempt){
        .officer = officer, .case_number = "c-1", .act = act, .arguments = arguments};
}

static bool show(const char *officer, const struct drafted *drafted)
{
    char arguments[96];
    struct attempt attempt = deciding(officer, "approval-show", arguments);

    snprintf(arguments, sizeof arguments, "{\"approval\":\"%s\"}", drafted->id);
    return try(&attempt);
}

CHECK_TEST(what_the_second_officer_saw_is_what_is_sent)
{
    struct journal *journal = &pair.nodes[0].journal;
    struct drafted drafted;
    struct act act;
    uint8_t bytes[8192];
    uint8_t digest[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 1];
    size_t size = sizeof bytes;

    uint64_t sent = journal->lines[0].out.size;
    CHECK_OR_RETURN(draft(1, "second", &drafted));
    pair_settle(&pair);
    CHECK_INT(journal->lines[0].out.size, sent); /* nothing went out */
    CHECK_OK(newest("approval-ask", &act), err);
    CHECK_SPAN(act.officer, "ana");
    CHECK(act_names(&act, drafted.sha256) && act_names(&act, "request-send"));
    struct attempt list = deciding("second", "approval-list", "{}");
    CHECK_OK(try(&list), err);
    CHECK(has("\"waits_for_me\":true") && has(drafted.id));
    CHECK_OK(show("second", &drafted), err);
    CHECK(has("RO-1") && has("\"reason\":\"for a test\""));
    /* The bytes that are shown are those of the digest. */
    const char *draft_at = memmem(out.data, out.size, "\"draft\":\"", 9);
    CHECK_OR_RETURN(draft_at != NULL);
    draft_at += 9;
    size_t text_size = (size_t)((const char *)memchr(draft_at, '"', 8000) - draft_at);
    CHECK_OR_RETURN(base64_read(span_make(draft_at, text_size), bytes, &size));
    digest_sha256(span_make(bytes, size), digest);
    hex_write(span_make(digest, sizeof digest), hex);
    CHECK(strcmp(hex, drafted.sha256) == 0);
    struct attempt confirm = deciding("second", "approval-confirm", drafted.arguments);
    CHECK_OK(try(&confirm), err);
    CHECK(has("\"act\":\"request-send\",\"result\":{\"item\":\""));
    pair_settle(&pair);
    CHECK_INT(journal->lines[0].out.size, sent + 1);
    CHECK_OR_RETURN(newest("request-send", &act));
    CHECK_SPAN(act.officer, "ana");
    CHECK(act_names(&act, "approved-by second") && act_names(&act, drafted.sha256));
    CHECK_OR_RETURN(newest("approval-confirm", &act));
    CHECK_SPAN(act.officer, "second");
    /* Once. */
    CHECK(!try(&confirm));
    CHECK_ERROR(err, ERROR_CONFLICT, "decided already");
    pair_settle(&pair);
    CHECK_INT(journal->lines[0].out.size, sent + 1);
}

CHECK_TEST(nobody_else_sees_or_confirms_it)
{
    static const struct {
        const char *officer;
        enum error_kind kind;
        const char *why;
    } others[] = {{"ana", ERROR_RULE, "their own draft"},
                  {"hera", ERROR_RULE, "another officer was asked"},
                  {"boss", ERROR_RULE, "another officer was asked"},
                  {"nobody", ERROR_MISSING, "nobody"}};
    struct drafted drafted;

    CHECK_OR_RETURN(draft(2, "second", &drafted));
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        struct attempt attempt = deciding(others[i].officer, "approval-confirm", drafted.arguments);
        CHECK(!try(&attempt));
        CHECK_ERROR(err, others[i].kind, others[i].why);
    }
    CHECK(!show("hera", &drafted));
    struct attempt list = deciding("hera", "approval-list", "{}");
    CHECK_OK(try(&list), err);
    CHECK(memmem(out.data, out.size, drafted.id, 32) == NULL);
    CHECK_OK(show("ana", &drafted), err); /* her own she may see */
    /* Drafted for herself, or for one whose role approves nothing, it does not even wait. */
    CHECK(!draft(3, "ana", &drafted));
    CHECK_ERROR(err, ERROR_RULE, "own draft");
    CHECK(!draft(3, "boss", &drafted));
    CHECK_ERROR(err, ERROR_RULE, "does not approve");
}

CHECK_TEST(any_who_may_approve_is_any_but_the_drafter)
{
    struct drafted drafted;

    CHECK_OR_RETURN(draft(4, "", &drafted));
    struct attempt own = deciding("ana", "approval-confirm", drafted.arguments);
    CHECK(!try(&own)); /* a head of desk, who approves what others draft */
    CHECK_ERROR(err, ERROR_RULE, "own draft");
    struct attempt guard = deciding("sec", "approval-confirm", drafted.arguments);
    CHECK(!try(&guard));
    CHECK_ERROR(err, ERROR_RULE, "does not approve");
    struct attempt boss = deciding("boss", "approval-confirm", drafted.arguments);
    CHECK(!try(&boss)); /* an administrator, who confirms revocations and no message */
    CHECK_ERROR(err, ERROR_RULE, "does not approve");
    struct attempt other = deciding("hera", "approval-confirm", drafted.arguments);
    CHECK_OK(try(&other), err);
}

CHECK_TEST(another_digest_or_case_confirms_nothing)
{
    struct drafted drafted;
    char arguments[256];

    CHECK_OR_RETURN(draft(5, "second", &drafted));
    snprintf(arguments, sizeof arguments, "{\"approval\":\"%s\",\"sha256\":\"%064d\"}", drafted.id,
             0);
    struct attempt attempt = deciding("second", "approval-confirm", arguments);
    CHECK(!try(&attempt));
    CHECK_ERROR(err, ERROR_CONFLICT, "not the draft that was shown");
    attempt.arguments = drafted.arguments;
    attempt.case_number = "";
    CHECK(!try(&attempt));
    CHECK_ERROR(err, ERROR_INPUT, "case");
    attempt.case_number = "c-1";
    CHECK_OK(try(&attempt), err);
}

CHECK_TEST(a_draft_is_refused_with_a_reason_withdrawn_or_expires)
{
    struct drafted drafted;
    char arguments[96];

    CHECK_OR_RETURN(draft(6, "second", &drafted));
    snprintf(arguments, sizeof arguments, "{\"approval\":\"%s\"}", drafted.id);
    struct attempt refuse = deciding("second", "approval-refuse", arguments);
    CHECK_OK(try(&refuse), err);
    CHECK(has("\"state\":\"refused\"") && has("\"decided_by\":\"second\"") &&
          has("\"why\":\"for a test\""));
    struct attempt list = deciding("ana", "approval-list", "{}");
    CHECK_OK(try(&list), err);
    CHECK(has("\"state\":\"refused\""));
    struct attempt confirm = deciding("second", "approval-confirm", drafted.arguments);
    CHECK(!try(&confirm));
    CHECK_ERROR(err, ERROR_CONFLICT, "decided already");

    CHECK_OR_RETURN(draft(7, "second", &drafted));
    snprintf(arguments, sizeof arguments, "{\"approval\":\"%s\"}", drafted.id);
    struct attempt withdraw = deciding("ana", "approval-refuse", arguments);
    CHECK_OK(try(&withdraw), err);
    CHECK(has("\"state\":\"withdrawn\""));

    CHECK_OR_RETURN(draft(8, "second", &drafted));
    ahead_ms = APPROVAL_KEEP_MS;
    CHECK(!try(&confirm));
    confirm.arguments = drafted.arguments;
    CHECK(!try(&confirm));
    CHECK_ERROR(err, ERROR_CONFLICT, "expired");
    ahead_ms = 0;
}

static bool expire_run(struct journal *journal, void *context, struct error *e)
{
    (void)context;
    return approvals_expire(journal, e);
}

static bool row_of(const struct drafted *drafted, struct approval_row *row)
{
    uint8_t id[APPROVAL_ID_SIZE];

    return hex_read(span_text(drafted->id), id, sizeof id) &&
           approval_find(pair.nodes[0].db, &arena, span_make(id, sizeof id), row, &err);
}

//= dir-2016-680 art 4(1)(e)
CHECK_TEST(a_draft_lies_sealed_and_goes_when_it_is_decided)
{
    struct drafted drafted;
    struct approval_row row;

    CHECK_OR_RETURN(draft(9, "second", &drafted));
    CHECK_OR_RETURN(row_of(&drafted, &row));
    CHECK(row.sealed.size > 1000);
    CHECK(memmem(row.sealed.data, row.sealed.size, "RO-9", 4) == NULL);
    struct attempt confirm = deciding("second", "approval-confirm", drafted.arguments);
    CHECK_OK(try(&confirm), err);
    CHECK_OR_RETURN(row_of(&drafted, &row));
    CHECK(row.sealed.size == 0 && row.key.size == 0);

    CHECK_OR_RETURN(draft(10, "second", &drafted));
    ahead_ms = APPROVAL_KEEP_MS + 1;
    CHECK_OK(hostile_run(&pair.nodes[0], expire_run, NULL, &err), err);
    CHECK_OR_RETURN(row_of(&drafted, &row));
    CHECK(row.state == APPROVAL_EXPIRED && row.sealed.size == 0);
    ahead_ms = APPROVAL_SHOWN_MS + APPROVAL_KEEP_MS;
    CHECK_OK(hostile_run(&pair.nodes[0], expire_run, NULL, &err), err);
    CHECK(!row_of(&drafted, &row));
    error_clear(&err);
    ahead_ms = 0;
}

CHECK_TEST(what_is_wrong_is_told_to_who_drafts_it)
{
    struct drafted drafted;
    struct attempt attempt = {.officer = "ana",
                              .approver = "second",
                              .case_number = "c-1",
                              .act = "request-send",
                              .arguments = "{\"agreement\":\"ro-al\"}",
                              .body = span_text("{\"reference\":\"RO-1\"}"),
                              .is_asking = true};

    CHECK(!try(&attempt));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK_OR_RETURN(request_make(11));
    attempt.body = buffer_span(&request_body);
    attempt.arguments = "{\"agreement\":\"ro-al\",\"colour\":\"red\"}";
    CHECK(!try(&attempt));
    CHECK(strstr(err.text, "colour") != NULL);
    attempt.arguments = "{\"agreement\":\"ro-xx\"}";
    CHECK(!try(&attempt));
    attempt.arguments = "{}";
    attempt.act = "case-list";
    CHECK(!try(&attempt));
    CHECK_ERROR(err, ERROR_INPUT, "does not wait");
    attempt.act = "request-send";
    attempt.case_number = "";
    CHECK(!try(&attempt));
    CHECK_ERROR(err, ERROR_INPUT, "case");
    CHECK_OR_RETURN(draft(11, "second", &drafted));
    /* An officer who left since sends nothing any more. */
    struct buffer ignored CLEANUP(buffer_free) = buffer_make(4096);
    CHECK_OK(pair_act_as(&pair.nodes[0], "boss", "officer-put",
                         "{\"id\":\"ana\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":"
                         "\"head_of_desk\",\"active\":false}",
                         &ignored, &err),
             err);
    struct attempt confirm = deciding("second", "approval-confirm", drafted.arguments);
    CHECK(!try(&confirm));
    CHECK_ERROR(err, ERROR_RULE, "not active");
    CHECK_OK(pair_act_as(&pair.nodes[0], "boss", "officer-put",
                         "{\"id\":\"ana\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":"
                         "\"head_of_desk\"}",
                         &ignored, &err),
             err);
    CHECK_OK(try(&confirm), err); /* the failure had decided nothing */
}

/* What nobody does alone: asked for by one, nothing done; confirmed by another who may, done, with both names. */
CHECK_TEST(acts_of_two_wait_and_are_done_when_confirmed)
{
    static const struct {
        const char *act;
        const char *arguments;
        const char *confirms;
        const char *may_not; /* whose role approves messages, or nothing */
        const char *done;
    } acts[] = {
        {"key-revoke",
         "{\"certificate\":\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\","
         "\"revoked_for\":\"theft\"}",
         "boss", "second", "on its way"},
        {"officer-revoke", "{\"id\":\"second\"}", "boss", "second", "all sessions have ended"},
        {"agreement-terminate", "{\"ends\":\"2031-01-01\"}", "signer", "second",
         "nothing new is sent"},
        {"retention-clock", "{}", "sec", "boss", "\"clock_is_trusted\":true"},
        {"succession-prepare", "{\"log\":\"ro/domestic/0\",\"why\":\"yearly_closing\"}", "sec",
         "boss", "besa-succession/1"},
    };
    struct drafted drafted;
    struct act act;

    for (size_t i = 0; i < ARRAY_COUNT(acts); i++) {
        struct attempt attempt = {.officer = "hera",
                                  .approver = "",
                                  .case_number = "",
                                  .act = acts[i].act,
                                  .arguments = acts[i].arguments};
        CHECK(!try(&attempt));
        CHECK_ERROR(err, ERROR_RULE, "second officer");
        CHECK(!newest(acts[i].act, &act));
        attempt.is_asking = true;
        CHECK_OK(try(&attempt), err);
        CHECK(!newest(acts[i].act, &act));
        snprintf(drafted.arguments, sizeof drafted.arguments,
                 "{\"approval\":\"%s\",\"sha256\":\"%s\"}", field("approval"), field("sha256"));
        struct attempt confirm = deciding(acts[i].may_not, "approval-confirm", drafted.arguments);
        confirm.case_number = "";
        CHECK(!try(&confirm));
        CHECK_ERROR(err, ERROR_RULE, "does not approve");
        confirm.officer = "hera";
        CHECK(!try(&confirm));
        CHECK_ERROR(err, ERROR_RULE, "own draft");
        confirm.officer = acts[i].confirms;
        CHECK_OK(try(&confirm), err);
        CHECK(has(acts[i].done));
        CHECK_OR_RETURN(newest(acts[i].act, &act));
        CHECK_SPAN(act.officer, "hera");
        char approved[48];
        snprintf(approved, sizeof approved, "approved-by %s", acts[i].confirms);
        CHECK(act_names(&act, approved));
        pair_settle(&pair);
    }
}

CHECK_TEST(what_is_wrong_with_an_act_of_two_is_told_to_who_drafts_it)
{
    static const struct {
        const char *act;
        const char *arguments;
        enum error_kind kind;
    } wrong[] = {
        {"key-revoke", "{\"certificate\":\"xx\",\"revoked_for\":\"theft\"}", ERROR_INPUT},
        {"officer-revoke", "{\"id\":\"nobody\"}", ERROR_MISSING},
        {"retention-clock", "{\"colour\":1}", ERROR_INPUT},
        {"succession-prepare", "{\"log\":\"ro/domestic/9\",\"why\":\"yearly_closing\"}",
         ERROR_MISSING},
        {"succession-import", "{\"document\":\"bm90IGEgQ01T\"}", ERROR_INPUT},
        {"resume-order", "{\"agreement\":\"ro-xx\"}", ERROR_MISSING},
        {"agreement-terminate", "{\"ends\":\"2026-01-01\"}", ERROR_RULE}, /* no notice */
    };

    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        struct attempt attempt = {.officer = "hera",
                                  .approver = "",
                                  .case_number = "",
                                  .act = wrong[i].act,
                                  .arguments = wrong[i].arguments,
                                  .is_asking = true};
        CHECK(!try(&attempt));
        if (err.kind != wrong[i].kind)
            printf("%s: %s\n", wrong[i].act, err.text);
        CHECK_INT(err.kind, wrong[i].kind);
    }
}

CHECK_TEST(a_field_that_nobody_knows_confirms_nothing)
{
    struct drafted drafted;
    char arguments[256];

    CHECK_OR_RETURN(draft(12, "second", &drafted));
    snprintf(arguments, sizeof arguments, "{\"approval\":\"%s\",\"sha256\":\"%s\",\"colour\":1}",
             drafted.id, drafted.sha256);
    struct attempt confirm = deciding("second", "approval-confirm", arguments);
    CHECK(!try(&confirm));
    CHECK_INT(err.kind, ERROR_INPUT);
    confirm.arguments = drafted.arguments;
    CHECK_OK(try(&confirm), err);
}

CHECK_TEST(one_officer_has_so_many_drafts_and_no_more)
{
    struct drafted drafted;
    unsigned made = 0;

    while (made <= APPROVAL_WAITING_MAX && draft(100 + made, "second", &drafted))
        made++;
    CHECK(made <= APPROVAL_WAITING_MAX && made > APPROVAL_WAITING_MAX - 10);
    CHECK_ERROR(err, ERROR_LIMIT, "wait already");
}

CHECK_TEST(a_draft_that_is_cut_anywhere_is_none)
{
    struct approval_draft draft = {.act = span_text("request-send"),
                                   .officer = span_text("ana"),
                                   .reason = span_text("test"),
                                   .arguments = span_text("{}")};
    struct approval_draft found;
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(1024);

    CHECK_OR_RETURN(approval_draft_write(&draft, &bytes));
    CHECK_OK(approval_draft_read(buffer_span(&bytes), &found, &err), err);
    CHECK_SPAN(found.officer, "ana");
    CHECK_INT(found.body.size, 0);
    for (size_t size = 0; size < bytes.size; size++)
        CHECK(!approval_draft_read(span_make(bytes.data, size), &found, &err));
    buffer_byte(&bytes, 0);
    CHECK(!approval_draft_read(buffer_span(&bytes), &found, &err));
    error_clear(&err);
}

/* What the partner's officer asked about, in our custody. */
static bool partner_asks(unsigned number, char item[UUID_TEXT_SIZE])
{
    bool ok = pair_request(&pair.nodes[1], number, item, &err);

    pair_settle(&pair);
    return ok;
}

/* Ana drafts a question about it, the second officer confirms; the partner reads who approved, by pseudonym. */
CHECK_TEST(a_question_waits_and_names_who_approved_at_both_sides)
{
    struct drafted drafted;
    char item[UUID_TEXT_SIZE];
    char arguments[192];
    struct attempt ask = {.officer = "ana",
                          .approver = "second",
                          .case_number = "c-1",
                          .act = "clarification-ask",
                          .arguments = arguments,
                          .is_asking = true};

    CHECK_OR_RETURN(partner_asks(901, item));
    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"question\":\"Which of the two?\",\"language\":\"en\"}", item);
    CHECK_OK(try(&ask), err);
    snprintf(drafted.arguments, sizeof drafted.arguments, "{\"approval\":\"%s\",\"sha256\":\"%s\"}",
             field("approval"), field("sha256"));
    struct attempt confirm = deciding("second", "approval-confirm", drafted.arguments);
    CHECK_OK(try(&confirm), err);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", field("item"));
    pair_settle(&pair);
    struct attempt own = deciding("ana", "item-show", arguments);
    CHECK_OK(try(&own), err);
    CHECK(has("\"approved_by\":\"o-") || has("\\\"approved_by\\\":\\\"o-"));
    buffer_clear(&out);
    CHECK_OK(pair_act(&pair.nodes[1], "item-show", arguments, span_text(""), &out, &err), err);
    CHECK(has("\"approved_by\":\"o-") || has("\\\"approved_by\\\":\\\"o-"));
}

/* The partner's node would not have let it go, so it is not the partner's node that says so: ours refuses it. */
CHECK_TEST(what_nobody_approved_there_is_refused_here)
{
    static const struct {
        const char *approved_by;
        int64_t outcome;
    } cases[] = {
        {"", OUTCOME_REFUSED}, {"officer-7f3a", OUTCOME_REFUSED}, {"o-9", OUTCOME_ACCEPTED}};
    struct person minor = sample_persons[0];
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    minor.is_minor = true;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char reference[24];
        struct request request = sample_request_numbered(910 + (unsigned)i, reference);
        struct sequence_row row;
        uint64_t index = 0;
        request.authority = span_text("Qendra e Bashk\xc3\xabpunimit (test)");
        request.approved_by = span_text(cases[i].approved_by);
        request.persons = &minor;
        request.person_count = 1;
        buffer_clear(&body);
        CHECK_OR_RETURN(request_write(&request, &body));
        struct hostile_entry entry = {.filled = hostile_head(&pair.nodes[1], MESSAGE_REQUEST),
                                      .body = buffer_span(&body)};
        CHECK_OK(hostile_append(&pair.nodes[1], &entry, &index, &err), err);
        pair_settle(&pair);
        CHECK_OR_RETURN(hostile_verdict(&pair.nodes[0], index, &arena, &row));
        CHECK_INT(row.outcome, cases[i].outcome);
        if (cases[i].outcome == OUTCOME_REFUSED)
            CHECK(memmem(row.ruling.data, row.ruling.size, "\"9.1\"", 5) != NULL);
    }
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
    arena = arena_make(256u * 1024 * 1024);
    out = buffer_make(1024 * 1024);
    request_body = buffer_make(BODY_SIZE_MAX);
    if (!pair_make(&pair) || !officer("hera", "head_of_desk") ||
        !officer("sec", "security_officer") || !officer("signer", "signatory") ||
        !officer("boss", "administrator"))
        return 1;
    before = pair.nodes[0].journal.env;
    moved = *before;
    moved.now_ms = now_moved;
    pair.nodes[0].journal.env = &moved;
    CHECK_RUN(what_the_second_officer_saw_is_what_is_sent);
    CHECK_RUN(nobody_else_sees_or_confirms_it);
    CHECK_RUN(any_who_may_approve_is_any_but_the_drafter);
    CHECK_RUN(another_digest_or_case_confirms_nothing);
    CHECK_RUN(a_draft_is_refused_with_a_reason_withdrawn_or_expires);
    CHECK_RUN(what_is_wrong_is_told_to_who_drafts_it);
    CHECK_RUN(a_draft_that_is_cut_anywhere_is_none);
    CHECK_RUN(a_draft_lies_sealed_and_goes_when_it_is_decided);
    CHECK_RUN(a_field_that_nobody_knows_confirms_nothing);
    CHECK_RUN(what_is_wrong_with_an_act_of_two_is_told_to_who_drafts_it);
    CHECK_RUN(acts_of_two_wait_and_are_done_when_confirmed);
    CHECK_RUN(a_question_waits_and_names_who_approved_at_both_sides);
    CHECK_RUN(what_nobody_approved_there_is_refused_here);
    CHECK_RUN(one_officer_has_so_many_drafts_and_no_more);
    pair.nodes[0].journal.env = before;
    pair_free(&pair);
    buffer_free(&out);
    buffer_free(&request_body);
    arena_free(&arena);
    return check_end();
}
