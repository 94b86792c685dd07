/* The acts about the agreement itself: what they tell, and what they refuse. See desk/governance.c. */
#include "base/text.h"
#include "check.h"
#include "journal/support/amend.h"
#include "message/support/samples.h"

#include <stdio.h>

static struct pair pair;
static struct buffer out;

static bool act(size_t side, const char *name, const char *arguments, struct error *err)
{
    error_clear(err);
    buffer_clear(&out);
    return pair_act(&pair.nodes[side], name, arguments, span_text(""), &out, err) &&
           buffer_byte(&out, 0);
}

static bool said(const char *text)
{
    return strstr((const char *)out.data, text) != NULL;
}

CHECK_TEST(the_open_proposal_is_given_as_it_was_signed)
{
    struct buffer once CLEANUP(buffer_free) = buffer_make(16);
    struct error err = {0};

    CHECK(!act(1, "agreement-proposal", "{}", &err));
    CHECK_INT(err.kind, ERROR_MISSING);
    error_clear(&err);
    CHECK_OK(amend_propose(&pair.nodes[0], amend_shorter, &once, &err), err);
    pair_settle(&pair);
    CHECK_OK(act(1, "agreement-proposal", "{}", &err), err);
    CHECK(said("\"by\":\"ro\"") && said("\"version\":2"));
    CHECK_OK(act(0, "agreement-proposal", "{\"own\":true}", &err), err);
    CHECK(said("\"by\":\"ro\""));
    CHECK_OK(amend_accept(&pair.nodes[1], buffer_span(&once), &err), err);
    pair_settle(&pair);
    CHECK(!act(1, "agreement-proposal", "{}", &err));
}

CHECK_TEST(history_names_who_did_what)
{
    struct error err = {0};

    CHECK_OK(act(1, "agreement-suspend", "{\"suspension_reason\":\"rights\"}", &err), err);
    CHECK_OK(act(1, "agreement-resume", "{}", &err), err);
    pair_settle(&pair);
    CHECK_OK(act(0, "agreement-history", "{}", &err), err);
    CHECK(said("\"version_in_force\":2"));
    CHECK(said("\"what\":\"suspension\",\"by\":\"al\",\"for\":\"rights\""));
    CHECK(said("\"what\":\"agreement_signature\",\"by\":\"al\",\"version\":2"));
    CHECK(said("\"second_signature\":\"al/ro-al/to/ro/0\""));
    CHECK(said("before the first entry"));
}

static size_t acts_in(const char *text, char rows[][256], size_t max)
{
    const char *at = strstr(text, "\"acts\":[");
    size_t count = 0;

    while (at != NULL && (at = strstr(at, "{\"what\"")) != NULL && count < max) {
        snprintf(rows[count++], 256, "%.*s", (int)strcspn(at, "}"), at);
        at++;
    }
    return count;
}

/* Page by page what one page shows, and nothing twice while more is done. */
CHECK_TEST(history_comes_page_by_page_to_its_end)
{
    static char whole[64][256], pages[64][256];
    struct error err = {0};
    char arguments[96] = "{\"limit\":3}";
    size_t count = 0;

    for (unsigned i = 0; i < 5; i++)
        CHECK(act(0, "agreement-suspend", "{}", &err) && act(0, "agreement-resume", "{}", &err));
    pair_settle(&pair);
    CHECK_OK(act(0, "agreement-history", "{}", &err), err);
    size_t wanted = acts_in((const char *)out.data, whole, ARRAY_COUNT(whole));
    CHECK(wanted > 10);
    for (unsigned page = 0; page < 64 && arguments[0] != '\0'; page++) {
        CHECK_OK(act(0, "agreement-history", arguments, &err), err);
        CHECK(said("\"versions\":[{"));
        size_t shown = acts_in((const char *)out.data, pages + count, ARRAY_COUNT(pages) - count);
        CHECK(shown <= 3);
        count += shown;
        const char *next = strstr((const char *)out.data, "\"next\":\"");
        arguments[0] = '\0';
        if (next != NULL)
            snprintf(arguments, sizeof arguments, "{\"limit\":3,\"after\":\"%.*s\"}",
                     (int)strcspn(next + 8, "\""), next + 8);
        CHECK(page > 0 ||
              act(0, "agreement-suspend", "{}", &err)); /* comes before the first page */
        CHECK(next == NULL || shown == 3);
    }
    CHECK_INT(count, wanted);
    for (size_t i = 0; i < count; i++)
        CHECK(strcmp(whole[i], pages[i]) == 0);
    CHECK(!act(0, "agreement-history", "{\"after\":\"x\"}", &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(act(0, "agreement-resume", "{}", &err));
    pair_settle(&pair);
}

CHECK_TEST(what_is_no_document_is_refused_at_its_field)
{
    struct error err = {0};

    CHECK(!act(0, "agreement-propose", "{\"signed\":\"!\"}", &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!act(0, "agreement-propose", "{\"signed\":\"AAAA\"}", &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!act(0, "agreement-accept", "{\"signed\":\"AAAA\"}", &err));
    CHECK_INT(err.kind, ERROR_MISSING);
    CHECK(!act(0, "agreement-refuse", "{\"ground\":\"mood\"}", &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!act(0, "agreement-terminate", "{\"ends\":\"soon\"}", &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!act(0, "agreement-suspend", "{\"suspension_reason\":\"mood\"}", &err));
    CHECK_INT(err.kind, ERROR_INPUT);
}

/* Told to both, before that day and from it on; at both nodes. */
CHECK_TEST(a_terminated_agreement_is_shown_as_ended_once_its_day_has_come)
{
    struct error err = {0};
    char day[TIME_TEXT_SIZE], arguments[64], ends[64];

    CHECK_OK(act(0, "agreement-list", "{}", &err), err);
    CHECK(said("\"terminated\":false") && said("\"ended\":false"));
    time_write(pair_clock_ms() + INT64_C(100) * SAMPLE_DAY_MS, day);
    snprintf(arguments, sizeof arguments, "{\"ends\":\"%.10s\"}", day);
    snprintf(ends, sizeof ends, "\"terminated\":true,\"ends\":\"%.10sT00:00:00.000Z\"", day);
    CHECK_OK(act(0, "agreement-terminate", arguments, &err), err);
    pair_settle(&pair);
    for (size_t side = 0; side < 2; side++) {
        CHECK_OK(act(side, "agreement-list", "{}", &err), err);
        CHECK(said(ends) && said("\"ended\":false"));
    }
    pair_wait(INT64_C(101) * SAMPLE_DAY_MS);
    for (size_t side = 0; side < 2; side++) {
        CHECK_OK(act(side, "agreement-list", "{}", &err), err);
        CHECK(said(ends) && said("\"ended\":true"));
        CHECK_OK(act(side, "agreement-history", "{}", &err), err);
        CHECK(said("\"ended\":true"));
    }
}

int main(void)
{
    out = buffer_make(1 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(the_open_proposal_is_given_as_it_was_signed);
    CHECK_RUN(history_names_who_did_what);
    CHECK_RUN(history_comes_page_by_page_to_its_end);
    CHECK_RUN(what_is_no_document_is_refused_at_its_field);
    CHECK_RUN(a_terminated_agreement_is_shown_as_ended_once_its_day_has_come);
    buffer_free(&out);
    pair_free(&pair);
    return check_end();
}
