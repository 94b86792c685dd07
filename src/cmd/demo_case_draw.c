/* What becomes of a case of the demonstration's year, drawn from the seed: see demo_case.h. */
#include "cmd/demo_case.h"

#include "base/attributes.h"

#include <stdio.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

void demo_cast_make(uint64_t seed, struct demo_cast *out)
{
    struct demo_dice dice = {.state = seed ^ UINT64_C(0x5EED)};

    for (size_t i = 0; i < DEMO_CAST_SIZE; i++)
        demo_person_make(&dice,
                         i % 5 < 2   ? DEMO_LAND_RO
                         : i % 5 < 4 ? DEMO_LAND_AL
                                     : DEMO_LAND_GR,
                         &out->people[i]);
}

/* Romania and Albania first; a fifth of the cases is between Romania and Greece. */
static void sides_draw(struct demo_dice *dice, struct demo_case *out)
{
    bool is_greek = demo_dice_percent(dice, 20);
    bool is_asked = demo_dice_percent(dice, 45);
    size_t other = is_greek ? 2 : 1;

    out->agreement = is_greek ? "gr-ro" : "ro-al";
    out->from = is_asked ? other : 0;
    out->to = is_asked ? 0 : other;
}

static enum demo_land land_of(size_t node)
{
    static const enum demo_land lands[] = {DEMO_LAND_RO, DEMO_LAND_AL, DEMO_LAND_GR};
    return lands[node];
}

static void story_draw(struct demo_dice *dice, const struct demo_cast *cast, struct demo_case *out)
{
    static const uint32_t shares[DEMO_KIND_COUNT] = {38, 22, 16, 10, 14};
    uint32_t drawn = demo_dice_below(dice, 100);
    uint32_t plots = 0;

    out->kind = DEMO_MIGRANTS;
    while (drawn >= shares[out->kind]) {
        drawn -= shares[out->kind];
        out->kind++;
    }
    const struct demo_subject *subject = &demo_subjects[out->kind];
    while (plots < DEMO_PLOT_MAX && subject->plots[plots].title != NULL)
        plots++;
    out->plot = &subject->plots[demo_dice_below(dice, plots)];
    out->suspect = cast->people[demo_dice_below(dice, DEMO_CAST_SIZE)];
    out->spelling = demo_dice_percent(dice, 45)
                        ? DEMO_AS_IS
                        : (enum demo_spelling)demo_dice_below(dice, DEMO_SPELLING_COUNT);
    out->has_other = demo_dice_percent(dice, 45);
    demo_person_make(dice, out->kind == DEMO_MIGRANTS ? DEMO_LAND_AFAR : land_of(out->from),
                     &out->other);
    out->other.father[0] = '\0';
    demo_plate_make(dice, land_of(demo_dice_percent(dice, 50) ? out->from : out->to), out->plate);
    snprintf(out->name, sizeof out->name, "%s %s", out->suspect.given, out->suspect.family);
    out->words = (struct demo_words){.here = demo_place(dice, land_of(out->from)),
                                     .there = demo_place(dice, land_of(out->to)),
                                     .count = 2 + demo_dice_below(dice, 22),
                                     .number = demo_dice_below(dice, 1000)};
}

static void fate_draw(struct demo_dice *dice, struct demo_case *out)
{
    uint32_t drawn = demo_dice_below(dice, 100);

    out->outcome = drawn < 58   ? DEMO_FULL
                   : drawn < 72 ? DEMO_PARTIAL
                   : drawn < 88 ? DEMO_NOTHING
                                : DEMO_REFUSED;
    out->is_urgent = demo_dice_percent(dice, 15);
    out->is_doubted = out->is_urgent && demo_dice_percent(dice, 25);
    out->is_restricted = out->kind == DEMO_PEOPLE && demo_dice_percent(dice, 40);
    out->is_translated = demo_dice_percent(dice, 20);
    out->luck = demo_dice_below(dice, 1000000);
}

/* Within office hours of a day, or at once. */
static int64_t later(struct demo_dice *dice, int64_t at_ms, int64_t least_ms, int64_t spread_ms)
{
    return at_ms + least_ms + (int64_t)demo_dice_below(dice, (uint32_t)(spread_ms / 60000)) * 60000;
}

static void receive_draw(struct demo_dice *dice, struct demo_case *out)
{
    int64_t *at = out->at_ms;

    at[DEMO_STEP_RECEIVE] = out->is_urgent ? later(dice, at[DEMO_STEP_SEND], 600000, HOUR_MS)
                                           : later(dice, at[DEMO_STEP_SEND], HOUR_MS, DAY_MS);
    if (out->is_urgent)
        at[DEMO_STEP_DECIDE] = later(dice, at[DEMO_STEP_RECEIVE], 600000, HOUR_MS);
    if (!out->is_urgent && demo_dice_percent(dice, 18)) {
        at[DEMO_STEP_QUESTION] = later(dice, at[DEMO_STEP_RECEIVE], HOUR_MS, DAY_MS);
        at[DEMO_STEP_REPLY] = later(dice, at[DEMO_STEP_QUESTION], 2 * HOUR_MS, 2 * DAY_MS);
    }
    if (!out->is_urgent && demo_dice_percent(dice, 12))
        at[DEMO_STEP_DELAY] = later(dice, at[DEMO_STEP_RECEIVE], 4 * HOUR_MS, DAY_MS);
}

/* Most in time, some late, a few not yet. */
static void answer_draw(struct demo_dice *dice, struct demo_case *out)
{
    int64_t *at = out->at_ms;
    int64_t from_ms = at[DEMO_STEP_REPLY] > 0 ? at[DEMO_STEP_REPLY] : at[DEMO_STEP_RECEIVE];

    if (demo_dice_percent(dice, 4))
        return; /* nobody answers: it is overdue, and says so */
    if (out->is_urgent)
        at[DEMO_STEP_ANSWER] = later(dice, at[DEMO_STEP_DECIDE], HOUR_MS, 6 * HOUR_MS);
    else if (at[DEMO_STEP_DELAY] > 0 || demo_dice_percent(dice, 10))
        at[DEMO_STEP_ANSWER] = later(dice, from_ms, 9 * DAY_MS, 12 * DAY_MS);
    else
        at[DEMO_STEP_ANSWER] = later(dice, from_ms, 6 * HOUR_MS, 5 * DAY_MS);
    at[DEMO_STEP_READ] = later(dice, at[DEMO_STEP_ANSWER], HOUR_MS, 2 * DAY_MS);
    if (demo_dice_percent(dice, 80))
        at[DEMO_STEP_CLOSE_THERE] = later(dice, at[DEMO_STEP_READ], DAY_MS, 10 * DAY_MS);
    if (demo_dice_percent(dice, 70))
        at[DEMO_STEP_CLOSE] = later(dice, at[DEMO_STEP_READ], 5 * DAY_MS, 40 * DAY_MS);
}

/* More and more of them: the two desks learn to use it. The last days are the busiest, so that much is open. */
static int64_t day_draw(struct demo_dice *dice, size_t index, size_t count)
{
    uint32_t share = (uint32_t)(index * 1000 / count); /* of the cases, in thousandths */
    int64_t day =
        share < 900 ? 4 + (int64_t)share * 340 / 900 : 344 + (int64_t)(share - 900) * 20 / 100;

    return day + (int64_t)demo_dice_below(dice, 2);
}

void demo_case_draw(uint64_t seed, size_t index, size_t count, const struct demo_cast *cast,
                    int64_t begins_ms, struct demo_case *out)
{
    static const char *const heads[] = {"RO", "AL", "GR"};
    struct demo_dice dice = {.state = seed * 1000003 + index};

    *out = (struct demo_case){.from = 0};
    sides_draw(&dice, out);
    story_draw(&dice, cast, out);
    fate_draw(&dice, out);
    begins_ms -= begins_ms % DAY_MS; /* office hours are those of a day */
    int64_t begins = begins_ms + day_draw(&dice, index, count) * DAY_MS + 7 * HOUR_MS;
    out->at_ms[DEMO_STEP_OPEN] = later(&dice, begins, 0, 8 * HOUR_MS);
    out->at_ms[DEMO_STEP_SEND] = out->is_urgent
                                     ? later(&dice, out->at_ms[DEMO_STEP_OPEN], 600000, HOUR_MS)
                                     : later(&dice, out->at_ms[DEMO_STEP_OPEN], HOUR_MS, DAY_MS);
    if (demo_dice_percent(&dice, 22))
        out->at_ms[DEMO_STEP_CALL] = later(&dice, out->at_ms[DEMO_STEP_OPEN], 600000, HOUR_MS);
    receive_draw(&dice, out);
    answer_draw(&dice, out);
    for (size_t side = 0; side < 2; side++)
        snprintf(out->number[side], sizeof out->number[side], "%s-EX-%04zu",
                 heads[side == 0 ? out->from : out->to], 1000 + index * 2 + side);
    snprintf(out->reference, sizeof out->reference, "%s-EX-%04zu/1", heads[out->from],
             1000 + index * 2);
}
