/*
 * Grounds of transfer at both doors: the words of a message and its files are personal data too. What leaves the Union
 * without a ground is refused by its sender before it is written, and by its receiver when a sender lets it pass.
 */
#include "base/text.h"
#include "check.h"
#include "journal/attachment.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"
#include "store/part_rows.h"

#include <stdio.h>
#include <string.h>

static struct pair pair;
static struct error err;
static struct buffer out;
static unsigned number = 500;

static bool act(size_t side, const char *name, const char *arguments, struct span body)
{
    error_clear(&err);
    buffer_clear(&out);
    return pair_act(&pair.nodes[side], name, arguments, body, &out, &err);
}

static bool says(const char *words)
{
    return memmem(out.data, out.size, words, strlen(words)) != NULL;
}

static void item_read_sent(char item[UUID_TEXT_SIZE])
{
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
}

/* From Romania to Albania: it leaves the Union. */
static bool ask_words(bool has_ground, char item[UUID_TEXT_SIZE])
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char reference[24];
    struct request request = sample_request_numbered(number++, reference);

    request.authority = span_text("Centrul de Cooperare (test)");
    request.persons = NULL;
    request.person_count = 0;
    request.has_transfer = has_ground;
    if (!request_write(&request, &body) || !act(0, "request-send", "{}", buffer_span(&body)))
        return false;
    item_read_sent(item);
    pair_settle(&pair);
    return true;
}

/* What the partner's node did with an item of ours. */
static bool partner_refused(const char *item, const char *clause)
{
    char arguments[80], wanted[80];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    snprintf(wanted, sizeof wanted, "\"partner_ground\":\"not_permitted %s\"", clause);
    return act(0, "item-show", arguments, span_text("")) && says("\"partner_says\":\"refused\"") &&
           says(wanted);
}

/* A node that takes itself for one outside the Union lets pass what it must not. */
static void be_lax(bool is_lax)
{
    static struct agreement_party lax[2];
    static const struct agreement_party *agreed;
    struct journal_line *line = &pair.nodes[0].journal.lines[0];

    if (is_lax) {
        agreed = line->agreement.parties;
        memcpy(lax, agreed, sizeof lax);
        lax[line->own_side].status = PARTY_THIRD_COUNTRY;
    }
    line->agreement.parties = is_lax ? lax : agreed;
}

//= dir-2016-680 art 35(1)(d)
CHECK_TEST(words_without_persons_need_a_ground_at_both_doors)
{
    char item[UUID_TEXT_SIZE];

    CHECK(!ask_words(false, item));
    CHECK_ERROR(err, ERROR_RULE, "clause 7.1: the message: no transfer ground");
    be_lax(true);
    bool is_sent = ask_words(false, item);
    be_lax(false);
    CHECK_OK(is_sent, err);
    CHECK(partner_refused(item, "7.1"));
    CHECK_OK(ask_words(true, item), err);
    CHECK(!partner_refused(item, "7.1") && says("\"partner_says\":\"accepted\""));
}

static bool reply_to(const char *question, char item[UUID_TEXT_SIZE])
{
    char arguments[200];

    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"reply\":\"The second one.\",\"language\":\"en\"}", question);
    if (!act(0, "clarification-reply", arguments, span_text("")))
        return false;
    item_read_sent(item);
    pair_settle(&pair);
    return true;
}

CHECK_TEST(a_reply_stands_on_the_ground_of_its_request_at_both_doors)
{
    uint64_t *there = &pair.nodes[0].journal.lines[0].agreement.transfer_grounds;
    uint64_t *here = &pair.nodes[1].journal.lines[0].agreement.transfer_grounds;
    uint64_t agreed = *there;
    char request[UUID_TEXT_SIZE], question[UUID_TEXT_SIZE], reply[UUID_TEXT_SIZE], arguments[160];

    CHECK_OR_RETURN(ask_words(true, request));
    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"question\":\"Which plate?\",\"language\":\"en\"}", request);
    CHECK_OK(act(1, "clarification-ask", arguments, span_text("")), err);
    item_read_sent(question);
    pair_settle(&pair);
    *there &= ~(UINT64_C(1) << TRANSFER_ART61_TREATY);
    CHECK(!reply_to(question, reply));
    CHECK_ERROR(err, ERROR_RULE,
                "clause 7.1: the request that it is about: ground 'art61_treaty' is not agreed");
    *there = agreed;
    *here &= ~(UINT64_C(1) << TRANSFER_ART61_TREATY);
    bool is_sent = reply_to(question, reply);
    *here = agreed;
    CHECK_OK(is_sent, err);
    CHECK(partner_refused(reply, "7.1"));
}

/* --- files --- */

/* Given unasked from Romania: two items, each on a ground of its own or on that of the message. */
static struct spontaneous given_make(struct item items[2], bool has_ground)
{
    struct spontaneous given = sample_spontaneous();

    given.authority = span_text("Centrul de Cooperare (test)");
    given.has_transfer = has_ground;
    memcpy(items, given.items, 2 * sizeof *items);
    for (size_t i = 0; i < 2; i++) {
        struct marking *marking =
            items[i].has_person ? &items[i].person.marking : &items[i].text.marking;
        marking->has_transfer = true;
        marking->transfer = given.transfer;
    }
    given.items = items;
    return given;
}

static const uint8_t upload_id[ATTACHMENT_ID_SIZE] = {7};

static bool upload_run(struct journal *journal, void *context, struct error *e)
{
    static const uint8_t hash[DIGEST_SIZE] = {1};
    struct upload_row row = {.id = span_make(upload_id, sizeof upload_id),
                             .officer = span_text("ana"),
                             .name = span_text("film.bin"),
                             .size = 3,
                             .sha256 = span_make(hash, sizeof hash),
                             .segments = span_make(hash, sizeof hash),
                             .part_key = span_text("key"),
                             .created_ms = 1};
    (void)context;
    return upload_insert(journal->db, &row, e);
}

CHECK_TEST(the_sender_refuses_files_without_a_ground_of_their_message)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char hex[2 * ATTACHMENT_ID_SIZE + 1], arguments[100];
    struct item items[2];
    struct spontaneous given = given_make(items, false);
    uint64_t size = pair.nodes[0].journal.lines[0].out.size;

    CHECK_OK(pair_work(&pair.nodes[0], upload_run, NULL, &err), err);
    hex_write(span_make(upload_id, sizeof upload_id), hex);
    snprintf(arguments, sizeof arguments, "{\"elsewhere\":\"yes\",\"attachments\":[\"%s\"]}", hex);
    CHECK_OR_RETURN(spontaneous_write(&given, &body));
    CHECK(!act(0, "spontaneous-send", arguments, buffer_span(&body)));
    CHECK_ERROR(err, ERROR_RULE, "clause 7.1: the attachments: no transfer ground");
    pair_settle(&pair);
    CHECK_INT(pair.nodes[0].journal.lines[0].out.size, size);
}

struct sending {
    struct spontaneous given;
    struct sample_parts room;
    char item[UUID_TEXT_SIZE];
};

/* Past every rule of the sender's, as a node would send it that has none. */
static bool send_run(struct journal *journal, void *context, struct error *e)
{
    struct sending *sending = context;
    const struct part *part = &sending->room.parts[1];
    struct draft_part file = {.number = part->number,
                              .kind = PART_ROW_ATTACHMENT,
                              .size = part->size,
                              .segments = sending->room.attachment.segment_hashes,
                              .part_key = span_text("key"),
                              .file = span_make(upload_id, sizeof upload_id)};
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct appended appended;

    memcpy(file.salt, sending->room.salts[1], SALT_SIZE);
    memcpy(file.digest, part->digest, DIGEST_SIZE);
    memcpy(file.sha256, sending->room.attachment.sha256, DIGEST_SIZE);
    sending->given.parts = (struct part_list){part, 1};
    sending->given.attachments = (struct attachment_list){&sending->room.attachment, 1};
    struct draft draft = {.type = MESSAGE_SPONTANEOUS,
                          .unit = span_text("desk"),
                          .parsed = &sending->given,
                          .parts = &file,
                          .part_count = 1};
    if (!spontaneous_write(&sending->given, &body))
        return false;
    draft.body = buffer_span(&body);
    bool ok = journal_append(journal, &journal->lines[0], &draft, &appended, e);
    if (ok)
        uuid_write(appended.message_id, sending->item);
    return ok;
}

CHECK_TEST(the_receiver_refuses_files_unmarked_or_without_a_ground)
{
    static struct sending sending;
    struct request unused;
    struct item items[2];

    for (int i = 0; i < 2; i++) {
        bool is_unmarked = i == 0;
        CHECK_OR_RETURN(sample_request_with_parts(&sending.room, &unused));
        sending.given = given_make(items, is_unmarked);
        if (is_unmarked)
            sending.given.item_count = 0;
        CHECK_OK(pair_work(&pair.nodes[0], send_run, &sending, &err), err);
        pair_settle(&pair);
        CHECK(partner_refused(sending.item, is_unmarked ? "6.3" : "7.1"));
    }
}

int main(void)
{
    out = buffer_make(1 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(words_without_persons_need_a_ground_at_both_doors);
    CHECK_RUN(a_reply_stands_on_the_ground_of_its_request_at_both_doors);
    CHECK_RUN(the_sender_refuses_files_without_a_ground_of_their_message);
    CHECK_RUN(the_receiver_refuses_files_unmarked_or_without_a_ground);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
