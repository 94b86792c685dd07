/* What is held is listed for an administrator without its body, and tried again at his word; both leave an access entry. */
#include "check.h"
#include "journal/support/pair.h"
#include "store/held_rows.h"

static struct pair pair;

static bool act(size_t side, const char *name, const char *arguments, struct buffer *out)
{
    struct error err = {0};
    if (pair_act(&pair.nodes[side], name, arguments, span_text(""), out, &err))
        return true;
    printf("%s: %s\n", name, err.text);
    return false;
}

static bool has(const struct buffer *text, const char *word)
{
    return text->size > 0 && memmem(text->data, text->size, word, strlen(word)) != NULL;
}

CHECK_TEST(what_is_held_is_listed_and_tried_again)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct pair_node *node = &pair.nodes[0];
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    char arguments[200];
    int64_t count = 0;

    node->hidden_types = UINT64_C(1) << MESSAGE_ANSWER;
    CHECK_OR_RETURN(pair_reopen(node));
    CHECK(act(0, "held-list", "{}", &out));
    CHECK_SPAN(buffer_span(&out), "{\"list\":[]}");
    CHECK_OK(pair_request(node, 31, item, &err), err);
    pair_settle(&pair);
    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"grounds\":[\"a\"],\"reason_text\":\"secret words\"}", item);
    CHECK(act(1, "refuse-send", arguments, &out));
    pair_settle(&pair);
    uint64_t size = node->journal.domestic.size;
    CHECK(act(0, "held-list", "{\"limit\":5}", &out));
    CHECK(has(&out, "\"partner\":\"al\""));
    CHECK(has(&out, "\"type\":\"answer/1\""));
    CHECK(has(&out, "\"held_for\":\"type\""));
    CHECK(!has(&out, "secret words"));
    CHECK(node->journal.domestic.size > size);
    CHECK(act(0, "held-retry", "{}", &out));
    pair_settle(&pair);
    CHECK_OK(held_count(node->db, node->journal.lines[0].in.id, &count, &err), err);
    CHECK_INT(count, 1);
    node->journal.options.hidden_types = 0;
    CHECK(act(0, "held-retry", "{}", &out));
    CHECK_SPAN(buffer_span(&out), "{\"tried_again\":1}");
    pair_settle(&pair);
    CHECK_OK(held_count(node->db, node->journal.lines[0].in.id, &count, &err), err);
    CHECK_INT(count, 0);
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(what_is_held_is_listed_and_tried_again);
    pair_free(&pair);
    return check_end();
}
