/* Amendments between two nodes: see amend.h. */
#include "journal/support/amend.h"

#include "agreement/signed.h"
#include "base/json.h"

#include <stdlib.h>

#define ROOM (2 * AGREEMENT_SIZE_MAX)

void amend_nothing(struct agreement *agreement)
{
    (void)agreement;
}

void amend_shorter(struct agreement *agreement)
{
    static struct agreement_retention rows[PERSON_CATEGORY_COUNT];

    memcpy(rows, agreement->retention, agreement->retention_count * sizeof *rows);
    for (size_t i = 0; i < agreement->retention_count; i++)
        if (rows[i].category == PERSON_CONTACT_ASSOCIATE || rows[i].category == PERSON_SUSPECT) {
            rows[i].erase_days = 320;
            rows[i].review_days = 200;
        }
    agreement->retention = rows;
}

void amend_fewer_offences(struct agreement *agreement)
{
    agreement->offence_count = 1;
}

void amend_no_answers(struct agreement *agreement)
{
    agreement->message_types &= ~(UINT64_C(1) << MESSAGE_ANSWER);
}

static struct institution institution_of(const struct pair *pair, size_t side)
{
    return (struct institution){.key_pem = buffer_span(&pair->institution_keys[side]),
                                .certificate_pem = buffer_span(&pair->certificates[side])};
}

static int64_t pair_now_ms(struct pair *pair)
{
    const struct env *env = pair->nodes[0].journal.env;
    return env->now_ms(env->context);
}

bool amend_sign(struct pair_node *node, size_t signer, amend_change *change, struct buffer *once,
                struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    struct buffer document CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    struct agreement next = node->journal.lines[0].agreement;
    struct institution institution = institution_of(node->pair, signer);

    next.version++;
    change(&next);
    buffer_free(once);
    *once = buffer_make(ROOM);
    return agreement_write(&next, &document, err) &&
           agreement_sign(buffer_span(&document), &institution, pair_now_ms(node->pair), &arena,
                          once, err);
}

bool amend_countersign(struct pair *pair, size_t signer, struct span once, struct buffer *both,
                       struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    struct institution institution = institution_of(pair, signer);

    return agreement_countersign(once, &institution, pair_now_ms(pair), &arena, both, err);
}

bool amend_arguments(struct span cms, struct buffer *out)
{
    struct json_writer writer = json_writer_make(out);

    json_begin_object(&writer);
    json_base64_field(&writer, "signed", cms);
    json_end_object(&writer);
    return buffer_byte(out, 0);
}

static bool act_with(struct pair_node *node, const char *act, struct span cms, struct error *err)
{
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(ROOM);
    struct buffer out CLEANUP(buffer_free) = buffer_make(ROOM);

    return amend_arguments(cms, &arguments) &&
           pair_act(node, act, (const char *)arguments.data, span_text(""), &out, err);
}

bool amend_propose(struct pair_node *from, amend_change *change, struct buffer *once,
                   struct error *err)
{
    return amend_sign(from, from->side, change, once, err) &&
           act_with(from, "agreement-propose", buffer_span(once), err);
}

bool amend_accept(struct pair_node *by, struct span once, struct error *err)
{
    struct buffer both CLEANUP(buffer_free) = buffer_make(ROOM);

    return amend_countersign(by->pair, by->side, once, &both, err) &&
           act_with(by, "agreement-accept", buffer_span(&both), err);
}
