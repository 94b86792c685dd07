/* Heads: see message/head.h. */
#include "check.h"
#include "message/support/samples.h"

#include "base/attributes.h"

#define ID    "019bb25c-2c00-7a11-8e51-000000000201"
#define OTHER "019bb25c-2c00-7a11-8e51-000000000107"
#define BODY  "abcd000000000000000000000000000000000000000000000000000000000000"
#define ANSWER                                                                                     \
    "besa-entry/1\n"                                                                               \
    "id: " ID "\n"                                                                                 \
    "type: answer/1\n"                                                                             \
    "in-reply-to: al/ro-al/to/ro/0 " OTHER "\n"                                                    \
    "thread: al/ro-al/to/ro/0 " OTHER "\n"                                                         \
    "agreement: ro-al/3\n"                                                                         \
    "seen: 41\n"                                                                                   \
    "unit: spoc-1\n"                                                                               \
    "created: 1768176000000\n"                                                                     \
    "body: " BODY "\n"

static bool is_read(struct span bytes, struct arena *arena, struct head *head, struct error *err)
{
    error_clear(err);
    return head_read(bytes, arena, head, err);
}

static bool writes_back(const struct head *head, struct span bytes)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(HEAD_SIZE_MAX);
    return head_write(head, &out) && span_equal(buffer_span(&out), bytes);
}

CHECK_TEST(every_line_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8192);
    struct head head;
    struct error err = {0};

    CHECK_OK(head_read(span_text(ANSWER), &arena, &head, &err), err);
    CHECK_INT(head.type, MESSAGE_ANSWER);
    CHECK_INT(head.type_version, 1);
    CHECK_SPAN(head.type_text, "answer/1");
    CHECK(head.has_in_reply_to && head.has_thread);
    CHECK_SPAN(head.in_reply_to.origin, "al/ro-al/to/ro/0");
    CHECK_INT(head.thread.id[15], 7);
    CHECK_SPAN(head.agreement_id, "ro-al");
    CHECK_INT(head.agreement_version, 3);
    CHECK_INT((int64_t)head.seen, 41);
    CHECK_SPAN(head.unit, "spoc-1");
    CHECK_INT(head.created_ms, SAMPLE_RECORDED_MS);
    CHECK(head.has_body && head.body_digest[0] == 0xAB && head.body_digest[31] == 0);
    CHECK(writes_back(&head, span_text(ANSWER)));
}

CHECK_TEST(a_head_of_every_type_is_written_and_read)
{
    for (unsigned i = 1; i < MESSAGE_TYPE_COUNT; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(8192);
        struct buffer out CLEANUP(buffer_free) = buffer_make(HEAD_SIZE_MAX);
        struct head wanted = sample_head((enum message_type)i);
        struct head found;
        struct error err = {0};
        CHECK(head_write(&wanted, &out));
        CHECK_OK(head_read(buffer_span(&out), &arena, &found, &err), err);
        CHECK_INT(found.type, i);
        CHECK(found.has_body == message_types[i].has_body);
        CHECK((found.agreement_id.size == 0) == message_types[i].is_domestic);
    }
}

CHECK_TEST(unknown_types_are_read_and_kept)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8192);
    struct buffer out CLEANUP(buffer_free) = buffer_make(HEAD_SIZE_MAX);
    struct head head = sample_head(MESSAGE_REQUEST);
    struct error err = {0};

    head.type = MESSAGE_UNKNOWN;
    head.type_text = span_text("request/2");
    CHECK(head_write(&head, &out));
    CHECK_OK(head_read(buffer_span(&out), &arena, &head, &err), err);
    CHECK_INT(head.type, MESSAGE_UNKNOWN);
    CHECK_INT(head.type_version, 2);
    CHECK_SPAN(head.type_text, "request/2");
    CHECK(writes_back(&head, buffer_span(&out)));
}

/* Each change of a valid head that must be refused. */
CHECK_TEST(there_is_one_spelling)
{
    static const struct {
        const char *from;
        const char *to;
    } changes[] = {
        {"besa-entry/1", "besa-entry/2"},
        {"besa-entry/1\n", ""},
        {"besa-entry/1\n", "besa-entry/1\r\n"},
        {"id: ", "id:  "},
        {"id: ", "ID: "},
        {"019bb25c-2c00-7a11-8e51-000000000201", "019BB25C-2c00-7a11-8e51-000000000201"},
        {"type: answer/1\n", ""},
        {"answer/1", "answer/01"},
        {"answer/1", "answer/0"},
        {"answer/1", "answer"},
        {"answer/1", "an swer/1"},
        {"answer/1", "/1"},
        {"answer/1", "answer/65536"},
        {"answer/1", "act/1"},       /* domestic types cross no border */
        {"answer/1", "withdrawn/1"}, /* has no body */
        {"in-reply-to: al/ro-al/to/ro/0 " OTHER "\n", ""},
        {"al/ro-al/to/ro/0", "al/ro-al/to/ro/00"},
        {"al/ro-al/to/ro/0", "al/ro-al/from/ro/0"},
        {"al/ro-al/to/ro/0", "al//to/ro/0"},
        {"al/ro-al/to/ro/0", "al/ro-al/to/ro/0/"},
        {"al/ro-al/to/ro/0 ", "al/ro-al/to/ro/0  "},
        {"agreement: ro-al/3\n", ""},
        {"ro-al/3", "ro-al/0"},
        {"ro-al/3", "ro-al/03"},
        {"ro-al/3", "ro al/3"},
        {"ro-al/3", "ro-al/4294967296"},
        {"seen: 41\n", ""},
        {"seen: 41", "seen: +41"},
        {"seen: 41", "seen: 041"},
        {"seen: 41", "seen: 9223372036854775808"},
        {"unit: spoc-1", "unit: Spoc 1"},
        {"unit: spoc-1", "unit: "},
        {"created: 1768176000000", "created: -1"},
        {"created: 1768176000000", "created: 253402300800000"},
        {"created: 1768176000000\n", ""},
        {"body: abcd", "body: ABCD"},
        {"body: abcd", "body: bcd"},
        {"body: " BODY "\n", ""},
        {"body: " BODY "\n", "body: " BODY "\nbody: " BODY "\n"},
        {"body: " BODY "\n", "body: " BODY "\nnote: hello\n"},
        {"seen: 41\n", "seen: 41\nnote: hello\n"},
        {"seen: 41\nunit: spoc-1\n", "unit: spoc-1\nseen: 41\n"},
        {"unit: spoc-1\n", "unit: spoc-1\nunit: spoc-1\n"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(changes); i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(8192);
        char text[2048];
        struct head head;
        struct error err;
        const char *at = strstr(ANSWER, changes[i].from);
        CHECK_OR_RETURN(at != NULL);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - ANSWER), ANSWER, changes[i].to,
                 at + strlen(changes[i].from));
        bool is_refused = !is_read(span_text(text), &arena, &head, &err);
        if (!is_refused)
            printf("read with '%s'\n", changes[i].to);
        CHECK(is_refused);
        CHECK(err.kind == ERROR_INPUT);
    }
}

CHECK_TEST(domestic_heads_have_no_agreement)
{
    static const struct {
        const char *type;
        const char *agreement;
        int seen;
        const char *body;
        bool is_right;
    } cases[] = {
        {"filler/1", "", 0, "", true},
        {"filler/1", "", 1, "", false},
        {"filler/1", "", 0, "body: " BODY "\n", false},
        {"filler/1", "agreement: ro-al/1\n", 0, "", false},
        {"act/1", "", 0, "body: " BODY "\n", true},
        {"act/1", "", 0, "", false},
        {"request/1", "", 0, "body: " BODY "\n", false},
        {"request/1", "agreement: ro-al/1\n", 0, "body: " BODY "\n", true},
        {"later/1", "", 0, "", true},
        {"later/1", "", 5, "", false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(8192);
        char text[1024];
        struct head head;
        struct error err;
        snprintf(text, sizeof text,
                 "besa-entry/1\nid: " ID "\ntype: %s\n%sseen: %d\ncreated: 1768176000000\n%s",
                 cases[i].type, cases[i].agreement, cases[i].seen, cases[i].body);
        CHECK(is_read(span_text(text), &arena, &head, &err) == cases[i].is_right);
    }
}

/* Cut at each byte: refused, but after the last optional line. Changed: refused, or it writes back the very bytes. */
CHECK_TEST(cut_and_changed_heads_never_read_as_others)
{
    struct span whole = span_text(ANSWER);
    uint8_t bytes[sizeof ANSWER];
    struct head head;
    struct error err;

    for (size_t size = 0; size < whole.size; size++) {
        struct arena arena CLEANUP(arena_free) = arena_make(8192);
        CHECK(!is_read(span_part(whole, 0, size), &arena, &head, &err));
    }
    memcpy(bytes, whole.data, whole.size);
    for (size_t i = 0; i < whole.size; i++) {
        for (unsigned value = 0; value < 256; value++) {
            struct arena arena CLEANUP(arena_free) = arena_make(8192);
            struct span changed = span_make(bytes, whole.size);
            bytes[i] = (uint8_t)value;
            if (is_read(changed, &arena, &head, &err))
                CHECK(writes_back(&head, changed));
            else
                CHECK(err.kind != ERROR_NONE);
        }
        bytes[i] = whole.data[i];
    }
}

CHECK_TEST(too_long_is_limit_and_a_small_arena_too)
{
    struct head head;
    struct error err;
    char text[HEAD_SIZE_MAX + 2];

    memset(text, 'a', sizeof text);
    struct arena arena CLEANUP(arena_free) = arena_make(8192);
    CHECK(!is_read(span_make(text, HEAD_SIZE_MAX + 1), &arena, &head, &err));
    CHECK_INT(err.kind, ERROR_LIMIT);
    bool is_done = false;
    for (size_t limit = 1; !is_done; limit++) {
        struct arena small CLEANUP(arena_free) = arena_make(limit);
        is_done = is_read(span_text(ANSWER), &small, &head, &err);
        CHECK(is_done || err.kind == ERROR_LIMIT);
    }
}

CHECK_TEST(what_has_not_its_form_is_not_written)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(HEAD_SIZE_MAX);
    struct head head = sample_head(MESSAGE_REQUEST);

    head.unit = span_text("spoc\nbody: x");
    CHECK(!head_write(&head, &out));
    head = sample_head(MESSAGE_ANSWER);
    head.in_reply_to.origin = span_text("al");
    CHECK(!head_write(&head, &out));
    head = sample_head(MESSAGE_REQUEST);
    head.agreement_id = span_text("ro al");
    CHECK(!head_write(&head, &out));
    head = sample_head(MESSAGE_REQUEST);
    head.type = MESSAGE_UNKNOWN;
    head.type_text = span_text("x\n/1");
    CHECK(!head_write(&head, &out));
    struct buffer small CLEANUP(buffer_free) = buffer_make(100);
    head = sample_head(MESSAGE_REQUEST);
    CHECK(!head_write(&head, &small));
}

CHECK_TEST(the_longest_head_fits)
{
    char name[NAME_SIZE_MAX + 1] = {0};
    char origin[ORIGIN_SIZE_MAX + 1];
    struct arena arena CLEANUP(arena_free) = arena_make(8192);
    struct buffer out CLEANUP(buffer_free) = buffer_make(HEAD_SIZE_MAX);
    struct head head = sample_head(MESSAGE_ANSWER);
    struct error err = {0};

    memset(name, 'z', NAME_SIZE_MAX);
    snprintf(origin, sizeof origin, "%s/domestic/18446744073709551615", name);
    head.has_thread = true;
    head.in_reply_to.origin = head.thread.origin = span_text(origin);
    head.agreement_id = head.unit = span_text(name);
    head.agreement_version = UINT32_MAX;
    head.seen = INT64_MAX;
    head.created_ms = INT64_C(253402300799999);
    CHECK(head_write(&head, &out));
    CHECK(out.size <= HEAD_SIZE_MAX);
    CHECK_OK(head_read(buffer_span(&out), &arena, &head, &err), err);
}

CHECK_TEST(custody_finds_the_body_line_of_a_malformed_head)
{
    uint8_t digest[DIGEST_SIZE];

    CHECK(head_look_body(span_text(ANSWER), digest) && digest[1] == 0xCD);
    CHECK(head_look_body(span_text("whatever\n\nbody: " BODY "\n"), digest));
    CHECK(head_look_body(span_text("body: " BODY "\n"), digest));
    CHECK(!head_look_body(span_text("body: " BODY), digest));
    CHECK(!head_look_body(span_text("xbody: " BODY "\n"), digest));
    CHECK(!head_look_body(span_text("body: " BODY "\nx: y\n"), digest));
    CHECK(!head_look_body(span_text("body: AB" BODY "\n"), digest));
    CHECK(!head_look_body(span_text(""), digest));
    CHECK(!head_look_body((struct span){NULL, 0}, digest));
}

CHECK_TEST(custody_finds_what_a_withdrawn_head_names)
{
    static const char *const not_withdrawn[] = {
        "",
        "type: withdrawn/1\n",
        "in-reply-to: x " OTHER "\n",
        "type: request/1\nin-reply-to: x " OTHER "\n",
        "type: withdrawn/1\nin-reply-to: " OTHER "\n",
        "type: withdrawn/1\nin-reply-to: x " OTHER, /* the line lacks its end */
        "type: withdrawn\nin-reply-to: x " OTHER "\n",
        "type: request/1\ntype: withdrawn/1\nin-reply-to: x " OTHER "\n",
        "type: withdrawn/1\nin-reply-to: x y\nin-reply-to: x " OTHER "\n",
    };
    uint8_t id[UUID_SIZE] = {0};
    struct buffer out CLEANUP(buffer_free) = buffer_make(HEAD_SIZE_MAX);
    struct head head = sample_head(MESSAGE_WITHDRAWN);

    CHECK(head_write(&head, &out));
    CHECK(head_look_withdrawn(buffer_span(&out), id) && id[15] == 7);
    CHECK(head_look_withdrawn(span_text("?\ntype: withdrawn/9\nin-reply-to: x " OTHER "\n"), id));
    CHECK(!head_look_withdrawn(span_text(ANSWER), id));
    for (size_t i = 0; i < ARRAY_COUNT(not_withdrawn); i++)
        CHECK(!head_look_withdrawn(span_text(not_withdrawn[i]), id));
}

int main(void)
{
    CHECK_RUN(every_line_is_read);
    CHECK_RUN(a_head_of_every_type_is_written_and_read);
    CHECK_RUN(unknown_types_are_read_and_kept);
    CHECK_RUN(there_is_one_spelling);
    CHECK_RUN(domestic_heads_have_no_agreement);
    CHECK_RUN(cut_and_changed_heads_never_read_as_others);
    CHECK_RUN(too_long_is_limit_and_a_small_arena_too);
    CHECK_RUN(what_has_not_its_form_is_not_written);
    CHECK_RUN(the_longest_head_fits);
    CHECK_RUN(custody_finds_the_body_line_of_a_malformed_head);
    CHECK_RUN(custody_finds_what_a_withdrawn_head_names);
    return check_end();
}
