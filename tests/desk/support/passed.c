/* See passed.h. */
#include "desk/support/passed.h"

#include "base/text.h"
#include "journal/attachment.h"
#include "message/support/samples.h"
#include "store/log_rows.h"

#include <stdio.h>

#define FIRST_NUMBER 7000 /* references of as many digits each: none stands within another */

static unsigned number = FIRST_NUMBER;

const char *passed_reference(void)
{
    static char reference[24];

    snprintf(reference, sizeof reference, "G-%u", number - 1);
    return reference;
}

static void text_mark(const struct passed *passed, struct text_item *text)
{
    if (passed->words != NULL)
        text->text = span_text(passed->words);
    if (passed->third != NULL) {
        text->marking.third_party = span_text(passed->third);
        text->marking.third_party_consent = span_text("MK-2026-7");
    }
    text->marking.source_system = passed->source;
    text->marking.is_restricted = passed->is_restricted;
}

void passed_plain(struct person *person)
{
    static struct person_name plain;

    plain = person->names[0];
    plain.father = span_text("");
    person->names = &plain;
    person->name_count = 1;
}

/* Erased as soon as whoever may be protected is. */
static void person_mark(const struct passed *passed, struct person *person)
{
    int64_t half_year_ms = INT64_C(180) * 86400000;

    person->category = passed->category;
    person->is_minor = passed->is_minor;
    if (passed->category == PERSON_SUSPECT && !passed->is_minor)
        return;
    passed_plain(person);
    person->marking.review_at_ms = person->marking.recorded_at_ms + half_year_ms;
    person->marking.erase_at_ms = person->marking.recorded_at_ms + half_year_ms;
}

struct upload_job {
    const struct attachment_writer *writer;
    const uint8_t *sha256;
    const char *officer;
};

static bool upload_run(struct journal *journal, void *context, struct error *err)
{
    const struct upload_job *job = context;
    struct desk_access access = {.officer = span_text(job->officer), .reason = span_text("test")};

    return desk_upload_add(journal, &access, span_text("film.bin"), job->writer, job->sha256, err);
}

bool passed_upload(struct pair_node *node, char hex[2 * ATTACHMENT_ID_SIZE + 1], struct error *err)
{
    struct attachment_place place = {
        .env = node->journal.env, .home = node->home, .keeper = &node->journal.keeper};
    struct attachment_writer writer;
    uint8_t sha256[DIGEST_SIZE];

    if (!attachment_begin(&place, &writer, err))
        return false;
    bool ok = attachment_add(&writer, span_text("bytes of a file"), err) &&
              attachment_finish(&writer, sha256, err);
    struct upload_job job = {&writer, sha256, node->side == 0 ? "ana" : "blerim"};
    ok = ok && pair_work(node, upload_run, &job, err);
    hex_write(span_make(writer.id, sizeof writer.id), hex);
    attachment_end(&writer);
    return ok;
}

bool passed_give(struct pair *pair, size_t from, const struct passed *passed,
                 char item[UUID_TEXT_SIZE], struct error *err)
{
    static const char *const authorities[] = {"Centrul de Cooperare (test)",
                                              "Qendra e Bashk\xc3\xabpunimit (test)"};
    struct spontaneous sample = sample_spontaneous();
    struct item items[2] = {sample.items[0], sample.items[1]};
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 16);
    char arguments[160] = "{}", file[2 * ATTACHMENT_ID_SIZE + 1];

    number++;
    sample.reference = span_text(passed_reference());
    sample.authority = span_text(authorities[from]);
    sample.items = items;
    if (passed->handling != 0) {
        items[0].person.marking.handling = passed->handling;
        items[1].text.marking.handling = passed->handling;
    }
    if (passed->handling & HANDLING_BIT(HANDLING_H3)) {
        items[0].person.marking.handling_note = span_text("Not before the hearing.");
        items[1].text.marking.handling_note = span_text("Not before the hearing.");
    }
    text_mark(passed, &items[1].text);
    person_mark(passed, &items[0].person);
    error_clear(err);
    if (passed->has_file && !passed_upload(&pair->nodes[from], file, err))
        return false;
    if (passed->has_file)
        snprintf(arguments, sizeof arguments, "{\"attachments\":[\"%s\"]}", file);
    if (!spontaneous_write(&sample, &body) ||
        !pair_act(&pair->nodes[from], "spontaneous-send", arguments, buffer_span(&body), &out, err))
        return false;
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(pair);
    return true;
}

bool passed_act(struct pair_node *node, const char *act, const char *item, const char *more,
                struct buffer *answer, struct error *err)
{
    char arguments[2000];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, more);
    error_clear(err);
    buffer_clear(answer);
    bool ok = pair_act(node, act, arguments, span_text(""), answer, err);
    buffer_byte(answer, '\0');
    return ok;
}

struct part_job {
    const char *item;
    int64_t part;
    enum part_state state;
};

static bool part_run(struct journal *journal, void *context, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    const struct part_job *job = context;
    uint8_t id[UUID_SIZE];
    struct entry_row row;

    return uuid_read(span_text(job->item), id) &&
           journal_find_message(journal, &journal->lines[0], SIDE_PARTNER, span_make(id, sizeof id),
                                &arena, &row, err) &&
           part_set_state(journal->db, row.id, job->part, job->state, err);
}

bool passed_part_set(struct pair_node *node, const char *item, int64_t part, enum part_state state,
                     struct error *err)
{
    struct part_job job = {item, part, state};

    error_clear(err);
    return pair_work(node, part_run, &job, err);
}

void passed_parties(struct pair *pair, enum party_status ro, enum party_status al, uint64_t sources)
{
    static struct agreement_party copies[2][2]; /* the agreement's own are constant */

    for (size_t k = 0; k < 2; k++) {
        struct agreement *agreement = &pair->nodes[k].journal.lines[0].agreement;
        if (agreement->parties != copies[k])
            memcpy(copies[k], agreement->parties, sizeof copies[k]);
        copies[k][0].status = ro;
        copies[k][1].status = al;
        copies[k][1].source_systems = sources;
        agreement->parties = copies[k];
    }
}
