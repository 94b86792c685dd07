/*
 * The acts upon the end of a log: who may, that they are two, and that each leaves its access entry. What they do is tested
 * in tests/journal/succession_test.c.
 */
#include "check.h"
#include "journal/support/pair.h"

static struct pair pair;

static bool officer(struct pair_node *node, const char *id, const char *role)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);
    struct error err = {0};
    char arguments[200];

    snprintf(arguments, sizeof arguments,
             "{\"id\":\"%s\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"%s\"}", id, role);
    bool ok = pair_act(node, "officer-put", arguments, span_text(""), &out, &err);
    if (!ok)
        printf("officer: %s\n", err.text);
    return ok;
}

static bool prepare(struct buffer *out, struct error *err)
{
    buffer_clear(out);
    error_clear(err);
    return pair_act(&pair.nodes[0], "succession-prepare",
                    "{\"log\":\"ro/domestic/0\",\"why\":\"yearly_closing\"}", span_text(""), out,
                    err);
}

CHECK_TEST(the_end_of_a_log_needs_two_officers_of_the_right_roles)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);
    struct error err = {0};

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    /* ana is a duty officer, second an approver of messages. */
    CHECK(!prepare(&out, &err));
    CHECK_INT(err.kind, ERROR_RULE);
    CHECK(officer(&pair.nodes[0], "ana", "head_of_desk"));
    CHECK(!prepare(&out, &err));
    CHECK_ERROR(err, ERROR_RULE, "does not approve");
    CHECK(officer(&pair.nodes[0], "second", "security_officer"));
    uint64_t before = pair.nodes[0].journal.domestic.size;
    CHECK_OK(prepare(&out, &err), err);
    buffer_byte(&out, '\0');
    CHECK(strstr((const char *)out.data, "besa-succession/1") != NULL);
    pair_settle(&pair);
    CHECK(pair.nodes[0].journal.domestic.size > before);
    pair_free(&pair);
}

CHECK_TEST(what_is_no_signed_document_is_refused)
{
    static const char *const wrong[] = {"{\"document\":\"bm90IGEgQ01T\"}", "{\"document\":\"*\"}",
                                        "{}"};
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);

    CHECK_OR_RETURN(pair_make(&pair));
    CHECK(officer(&pair.nodes[0], "ana", "head_of_desk"));
    CHECK(officer(&pair.nodes[0], "second", "security_officer"));
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        struct error err = {0};
        buffer_clear(&out);
        CHECK(!pair_act(&pair.nodes[0], "succession-import", wrong[i], span_text(""), &out, &err));
        CHECK_INT(err.kind, ERROR_INPUT);
        error_clear(&err);
        CHECK(!pair_act(&pair.nodes[0], "succession-allow", wrong[i], span_text(""), &out, &err));
        CHECK_INT(err.kind, ERROR_INPUT);
    }
    pair_free(&pair);
}

int main(void)
{
    CHECK_RUN(the_end_of_a_log_needs_two_officers_of_the_right_roles);
    CHECK_RUN(what_is_no_signed_document_is_refused);
    return check_end();
}
