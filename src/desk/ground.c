/* The ground of a transfer: see ground.h. */
#include "desk/ground.h"

#include "agreement/ground.h"
#include "base/json_walk.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>

#define MEMBER_SIZE_MAX (8 * TRANSFER_TEXT_SIZE_MAX) /* two texts, escaped at worst */

/* The argument's names: without the first of transfer_ground_names, which is none. */
static const char *const *const ground_names = transfer_ground_names + 1;
#define GROUND_COUNT (TRANSFER_GROUND_COUNT - 1)

static struct span own_party(const struct journal_line *line)
{
    return line->agreement.parties[line->own_side].party;
}

static int64_t now_of(const struct journal *journal)
{
    return journal->env->now_ms(journal->env->context);
}

void ground_write(const char *name, const struct transfer *transfer, struct json_writer *out)
{
    json_key(out, name);
    json_begin_object(out);
    json_string_field(out, "ground", transfer_ground_names[transfer->ground]);
    json_text_field(out, "instrument", transfer->instrument);
    json_text_field(out, "article", transfer->article);
    json_time_field(out, "review_at", transfer->review_at_ms);
    json_text_field_optional(out, "reason", transfer->reason);
    json_end_object(out);
}

/* --- into the message --- */

/* What the message says of it before it is read; what is wrong with it, its reader says. */
struct looked {
    bool is_object; /* with something in it */
    bool has_transfer;
    struct span authority; /* empty: none */
};

static bool look(struct span body, struct arena *arena, struct looked *out)
{
    struct json *json CLEANUP(json_free) = NULL;
    struct error unread = {0};
    struct json_member member = {.place = NULL};

    *out = (struct looked){.is_object = false};
    if (!json_parse(body, &json, &unread))
        return false;
    while (json_member_next(json_root(json), &member)) {
        struct json_value value = json_look(member.value);
        out->is_object = true;
        if (span_is(member.key, "transfer"))
            out->has_transfer = true;
        if (span_is(member.key, "authority") && value.kind == JSON_KIND_TEXT &&
            !arena_copy(arena, value.text, &out->authority))
            return false;
    }
    return out->is_object;
}

/* As its first member: an object begins with the first bracket of a text that was parsed. */
static bool member_put(struct span body, const struct transfer *transfer, struct arena *arena,
                       struct span *out)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(body.size + MEMBER_SIZE_MAX);
    struct buffer member CLEANUP(buffer_free) = buffer_make(MEMBER_SIZE_MAX);
    struct json_writer writer = json_writer_make(&member);
    const uint8_t *bracket = memchr(body.data, '{', body.size);

    if (bracket == NULL)
        return false;
    size_t before = (size_t)(bracket - body.data) + 1;
    json_begin_object(&writer);
    ground_write("transfer", transfer, &writer);
    buffer_add(&bytes, span_part(body, 0, before));
    buffer_add(&bytes, span_part(buffer_span(&member), 1, member.size - 1));
    buffer_byte(&bytes, ',');
    buffer_add(&bytes, span_part(body, before, body.size - before));
    return !member.failed && !bytes.failed && arena_copy(arena, buffer_span(&bytes), out);
}

bool ground_splice(const struct agreement *agreement, struct span sender, int64_t now_ms,
                   struct span body, struct arena *arena, struct span *out,
                   struct transfer *proposed)
{
    struct looked looked;

    return look(body, arena, &looked) && !looked.has_transfer &&
           agreement_ground_propose(agreement, sender, looked.authority, now_ms, proposed) &&
           member_put(body, proposed, arena, out);
}

static bool refuse(const struct journal_line *line, enum clause clause, const char *words,
                   const char *name, struct error *err)
{
    return error_set(err, ERROR_RULE, "agreement %s/%" PRId64 ", clause %s: transfer_ground: %s%s",
                     line->agreement_id, line->agreement.version, agreement_clauses[clause].number,
                     words, name);
}

//= dir-2016-680 art 37
//= dir-2016-680 art 38
bool ground_body(struct journal *journal, const struct journal_line *line,
                 const struct desk_call *call, struct span *body, struct error *err)
{
    size_t named = json_get_choice_optional(call->arguments, "transfer_ground", ground_names,
                                            GROUND_COUNT, GROUND_COUNT);
    enum transfer_ground ground = (enum transfer_ground)(named + 1);
    struct transfer proposed;
    struct looked looked;

    *body = call->body;
    if (!problems_to_error(call->problems, err))
        return false;
    if (named == GROUND_COUNT || !look(call->body, call->arena, &looked))
        return true;
    if (looked.has_transfer)
        return error_set(err, ERROR_INPUT, "transfer_ground: the message names a ground itself");
    if (transfer_is_derogation(ground))
        return refuse(line, CLAUSE_TRANSFER_SINGLE,
                      "a derogation is never proposed; it is named in the message for each "
                      "person, with its reason",
                      "", err);
    if (!ground_splice(&line->agreement, own_party(line), now_of(journal), call->body, call->arena,
                       body, &proposed))
        return refuse(line, CLAUSE_TRANSFER_GROUND, "the agreement proposes none for this message",
                      "", err);
    return proposed.ground == ground ||
           refuse(line, CLAUSE_TRANSFER_GROUND, "the agreement proposes ",
                  transfer_ground_names[proposed.ground], err);
}

/* --- said where it lacks --- */

void ground_hint(struct journal *journal, const struct journal_line *line,
                 const struct desk_call *call)
{
    static const char of_person[] = "marking.transfer";
    struct transfer proposed;
    struct span spliced;
    bool lacks = false;

    for (size_t i = 0; i < call->problems->count; i++) {
        struct span path = span_text(call->problems->list[i].path);
        size_t size = sizeof of_person - 1;
        lacks |= path.size > size && span_is(span_part(path, path.size - size, size), of_person);
    }
    if (!lacks || !ground_splice(&line->agreement, own_party(line), now_of(journal), call->body,
                                 call->arena, &spliced, &proposed))
        return;
    problems_add(call->problems, "transfer", ERROR_RULE,
                 "the agreement proposes %s (agreement-try shows it): confirm it with "
                 "transfer_ground, or name another",
                 transfer_ground_names[proposed.ground]);
}

bool ground_proposed(const struct agreement *agreement, const struct permit_question *question,
                     struct transfer *out)
{
    const struct request *request = question->request;
    const struct answer *answer = question->answer;
    const struct spontaneous *given = question->spontaneous;
    struct span authority = request != NULL ? request->authority
                            : given != NULL ? given->authority
                                            : span_make(NULL, 0);

    if ((request != NULL && request->has_transfer) || (answer != NULL && answer->has_transfer) ||
        (given != NULL && given->has_transfer) ||
        (request == NULL && answer == NULL && given == NULL))
        return false;
    return agreement_ground_propose(agreement, question->sender, authority, question->created_ms,
                                    out);
}

bool ground_refuse(const struct journal_line *line, const struct permit_question *question,
                   const struct ruling *ruling, struct error *err)
{
    struct transfer proposed;

    if (ruling->clause != agreement_clauses[CLAUSE_TRANSFER_GROUND].number ||
        !ground_proposed(&line->agreement, question, &proposed))
        return error_set(err, ERROR_RULE, "%s", ruling->text);
    return error_set(err, ERROR_RULE,
                     "%s; the agreement proposes %s (agreement-try shows it): confirm it with "
                     "transfer_ground, or name another",
                     ruling->text, transfer_ground_names[proposed.ground]);
}
