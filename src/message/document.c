/* docs/messages.md: see document.h. */
#include "message/document.h"

#include "base/attributes.h"
#include "message/form.h"
#include "message/offence.h"
#include "message/refusal.h"
#include "message/type.h"

#define FORM_COUNT_MAX 64 /* objects of all bodies together */

struct form_set {
    const struct form *forms[FORM_COUNT_MAX];
    size_t count;
};

static void form_set_add(struct form_set *set, const struct form *form)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->forms[i] == form)
            return;
    if (set->count < FORM_COUNT_MAX)
        set->forms[set->count++] = form;
}

/* The objects that the forms in the set name, in the order in which they are met; the set grows while it is walked. */
static void form_set_close(struct form_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        for (size_t j = 0; j < set->forms[i]->count; j++)
            if (set->forms[i]->fields[j].form != NULL)
                form_set_add(set, set->forms[i]->fields[j].form);
}

static void types_write(struct buffer *out)
{
    buffer_text(out, "| type | meaning | who may send it | kept | outcome owed | suspension |\n"
                     "|---|---|---|---|---|---|\n");
    for (size_t i = 1; i < MESSAGE_TYPE_COUNT; i++) {
        const struct message_type_row *row = &message_types[i];
        buffer_format(out, "| `%s/%u` | %s | %s | %s | %s | %s |\n", row->name, row->version,
                      row->meaning, message_sender_names[row->sender],
                      message_retention_names[row->retention], row->owes_outcome ? "yes" : "no",
                      row->is_business ? "stops it" : "lets it pass");
    }
    buffer_text(out, "\n");
}

static void forms_write(struct buffer *out)
{
    struct form_set set = {.count = 0};

    for (size_t i = 1; i < MESSAGE_TYPE_COUNT; i++)
        if (message_types[i].form != NULL)
            form_set_add(&set, message_types[i].form);
    form_set_close(&set);
    for (size_t i = 0; i < set.count; i++) {
        buffer_format(out, "## %s\n\n%s\n\n", set.forms[i]->name, set.forms[i]->about);
        form_document(set.forms[i], out);
    }
}

static void offences_write(struct buffer *out)
{
    buffer_text(out,
                "## offences\n\n| offence | serious: given unasked, it is a `must` |\n|---|---|\n");
    for (size_t i = 0; i < OFFENCE_COUNT; i++)
        buffer_format(out, "| `%s` | %s |\n", offence_names[i],
                      (offences_serious & OFFENCE_BIT(i)) != 0 ? "yes" : "no");
    buffer_text(
        out, "\nAll that are serious stand in Article 2(2) of Framework Decision 2002/584/JHA, but "
             "`organised_theft`, which stands in Annex I of Regulation (EU) 2016/794 (aggravated "
             "theft); `excise_smuggling` stands in neither by its name. Which code is which "
             "offence of these two lists is the project's reading: counsel of both states must "
             "confirm it before real data passes.\n\n");
}

static void grounds_write(struct buffer *out)
{
    buffer_text(out, "## grounds of refusal\n\n| ground | meaning |\n|---|---|\n");
    for (size_t i = 0; i < REFUSAL_GROUND_COUNT; i++)
        buffer_format(out, "| `%s` | %s |\n", refusal_ground_names[i], refusal_ground_meanings[i]);
}

/* Where the exchange of one request goes on, although it was answered. */
static void again_write(struct buffer *out)
{
    buffer_text(
        out,
        "## after an answer\n\n"
        "With the first answer that counts a request is answered, on both nodes, and its limit does not run again. An answer "
        "that its receiver refused or holds does not count: the request waits, on both nodes, its limit runs on, and a first "
        "answer may still go. One that is erased on either node still counts, as that it was given does not go with what it said; one "
        "that its writer withdrew was never given, even where it had come before its writer knew.\n\n"
        "| | |\n|---|---|\n"
        "| the desk that answered learns more, or was wrong | a further answer to the same request, with the id of the one "
        "that it adds to or mends in `supplements`; whoever answers without it, not knowing of the first, is told its id. "
        "What is mended thing by thing names the old one by `supersedes` of its marking. |\n"
        "| the desk that asked finds something open, or its question misread | a new request with the id of the old one in "
        "`refers_to`, once that one has its answer: with reasons, limits and declarations of its own. As long as it has none, "
        "its limit runs, and a question about it is replied to. |\n"
        "| a case was closed meanwhile | it is opened again (`besa case reopen`), and goes on under its number. |\n\n"
        "Either id names an earlier message of the same writer under the same agreement, `supplements` one in reply to the "
        "same request; the receiver refuses any other as `unresolved`. A further answer that names none is accepted: an "
        "older build writes it so.\n\n");
}

void message_types_document(struct buffer *out)
{
    buffer_text(out,
                "# Messages\n\n"
                "Generated from the tables in `src/message`; do not edit. To write it anew: "
                "`message_document_test --write docs/messages.md`.\n\n"
                "A body is one JSON object: UTF-8, no key twice, no unknown field, integers within "
                "2^53, no fractions, at most 256 KiB, nested at most 16 deep. Sizes of texts are "
                "in bytes. Times are RFC 3339 in UTC, such as `2026-01-31T08:00:00.000Z`. Besa "
                "writes fields in the order of these tables and without spaces.\n\n"
                "## types\n\n");
    types_write(out);
    again_write(out);
    forms_write(out);
    offences_write(out);
    grounds_write(out);
}
