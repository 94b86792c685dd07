/* Mischief on the line: see mischief.h. */
#include "sim/mischief.h"

#include "exchange/pull_form.h"

#include <string.h>

enum { CALL_GARBLED, ANSWER_GARBLED, ANSWER_OLD, ANSWER_CUT, ANSWER_LONG };
const char *const mischief_names[] = {
    [CALL_GARBLED] = "call garbled",       [ANSWER_GARBLED] = "answer garbled",
    [ANSWER_OLD] = "answer of an earlier", [ANSWER_CUT] = "answer cut short",
    [ANSWER_LONG] = "answer too long",     NULL,
};

static bool is_over(const struct world *world)
{
    return world->is_healing || world->script != NULL || !world->is_hostile;
}

/* One bit of it. */
static void garble(struct random *random, struct buffer *bytes)
{
    if (bytes->size > 0)
        bytes->data[random_below(random, bytes->size)] ^= (uint8_t)(1u << random_below(random, 8));
}

void mischief_with_call(struct world *world, struct buffer *body)
{
    if (is_over(world) || !random_chance(&world->random, 1))
        return;
    garble(&world->random, body);
    tally_add("fault", mischief_names[CALL_GARBLED]);
}

static void lie(struct world *world, struct buffer *answer, const struct buffer *earlier)
{
    uint64_t kind = ANSWER_GARBLED + random_below(&world->random, 4);

    if (kind == ANSWER_OLD && earlier->size == 0)
        return;
    tally_add("fault", mischief_names[kind]);
    if (kind == ANSWER_GARBLED) {
        garble(&world->random, answer);
    } else if (kind == ANSWER_OLD) {
        buffer_clear(answer);
        buffer_add(answer, buffer_span(earlier));
    } else if (kind == ANSWER_CUT) {
        answer->size = random_below(&world->random, answer->size + 1);
    } else {
        buffer_add(answer, buffer_span(earlier));
        buffer_text(answer, "x");
    }
}

void mischief_with_answer(struct world *world, size_t from, const char *path, struct buffer *answer)
{
    struct buffer *earlier = &world->heard[from];
    unsigned percent = strcmp(path, PATH_PUSH) == 0 ? 20 : 6; /* these bring receipts */
    bool is_chosen = !is_over(world) && random_chance(&world->random, percent);

    if (!is_chosen && strcmp(path, PATH_PUSH) != 0)
        return;
    if (is_chosen) {
        lie(world, answer, earlier);
        return;
    }
    buffer_clear(earlier);
    buffer_add(earlier, buffer_span(answer));
}

void mischief_end(struct world *world)
{
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        buffer_free(&world->heard[i]);
}
