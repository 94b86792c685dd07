/*
 * The clock: see clock.h. The facts of both parties are put in one order: each party's own in the order in which it wrote
 * them; of two facts of different parties the one first that the writer of the other had seen; else the earlier custody.
 * Then they are folded one by one. The two nodes' times may differ by the agreement's bound: no time runs backwards here.
 */
#include "agreement/clock.h"

#include "agreement/calendar.h"

#define DAY_MS INT64_C(86400000)

struct fold {
    const struct clock_question *question;
    struct clock *out;
    int64_t now_ms; /* of the fact that is looked at; never falls */
    uint64_t doubts[CLOCK_EVENT_MAX];
    size_t doubt_count;
};

static int64_t due_of(const struct clock_question *question, enum deadline_row row,
                      int64_t suspended_ms)
{
    const struct agreement *agreement = question->agreement;
    const struct agreement_calendar *calendar =
        agreement_calendar_find(agreement, question->requested);
    int64_t begin_ms = question->received_ms + suspended_ms;
    int64_t after_ms = agreement_row_after_ms(agreement, row);

    if (agreement->deadlines.count == CLOCK_CALENDAR && row != DEADLINE_URGENT_DIRECT &&
        calendar != NULL)
        return calendar_due(calendar, agreement->deadlines.end, begin_ms, after_ms / DAY_MS);
    return begin_ms + after_ms;
}

static bool is_over(const struct fold *fold)
{
    const struct clock *clock = fold->out;

    return clock->open_question == 0 &&
           fold->now_ms >= due_of(fold->question, clock->row, clock->suspended_ms);
}

/* One open at a time; what is asked when the time is over gives none back. */
static void question_take(struct fold *fold, const struct clock_event *event)
{
    struct clock *clock = fold->out;

    if (clock->open_question != 0 || is_over(fold))
        return;
    clock->open_question = event->id;
    clock->suspended_from_ms = fold->now_ms;
    clock->question_count++;
}

static void reply_take(struct fold *fold, const struct clock_event *event)
{
    struct clock *clock = fold->out;

    if (clock->open_question == 0 || event->about != clock->open_question)
        return;
    clock->suspended_ms += fold->now_ms - clock->suspended_from_ms;
    clock->suspended_from_ms = 0;
    clock->open_question = 0;
}

/* Until it is said, the short limit runs; it is said once, and before the short limit ends. */
//= dir-2023-977 art 5(1)(b)
static void access_take(struct fold *fold, const struct clock_event *event)
{
    struct clock *clock = fold->out;

    if (clock->is_access_decided || clock->row != DEADLINE_URGENT_DIRECT || is_over(fold))
        return;
    clock->is_access_decided = true;
    if (event->is_yes)
        clock->row = DEADLINE_URGENT_INDIRECT;
}

static void doubt_take(struct fold *fold, const struct clock_event *event)
{
    fold->doubts[fold->doubt_count++] = (uint64_t)event->id;
    if (fold->question->is_urgent)
        fold->out->open_doubt = event->id;
}

/* The short limit runs on until the requesting party gives the urgency up itself. */
static void urgency_take(struct fold *fold, const struct clock_event *event)
{
    for (size_t i = 0; i < fold->doubt_count; i++) {
        if (fold->doubts[i] != (uint64_t)event->about)
            continue;
        if (fold->out->open_doubt == event->about)
            fold->out->open_doubt = 0;
        if (event->is_yes)
            fold->out->row = DEADLINE_OTHER;
    }
}

/* Told before the limit ends; once told, it may be prolonged. */
static void delay_take(struct fold *fold, const struct clock_event *event)
{
    if (fold->out->delayed_to_ms == 0 && is_over(fold))
        return;
    fold->out->delayed_to_ms = event->expected_ms;
}

static void event_take(struct fold *fold, const struct clock_event *event)
{
    if (event->time_ms > fold->now_ms)
        fold->now_ms = event->time_ms;
    switch (event->kind) {
    case CLOCK_QUESTION:
        question_take(fold, event);
        return;
    case CLOCK_REPLY:
        reply_take(fold, event);
        return;
    case CLOCK_ACCESS:
        access_take(fold, event);
        return;
    case CLOCK_URGENCY_DOUBTED:
        doubt_take(fold, event);
        return;
    case CLOCK_URGENCY_REPLY:
        urgency_take(fold, event);
        return;
    case CLOCK_DELAY:
        delay_take(fold, event);
        return;
    case CLOCK_KIND_COUNT:
        return;
    }
}

/* --- the order --- */

struct side {
    const struct clock_event *events[CLOCK_SIDE_MAX];
    size_t count;
    size_t at;
};

/* By position; what is beyond the limit was refused when it came. */
static void side_add(struct side *side, const struct clock_event *event)
{
    size_t at = side->count;

    if (side->count == CLOCK_SIDE_MAX)
        return;
    for (; at > 0 && side->events[at - 1]->position > event->position; at--)
        side->events[at] = side->events[at - 1];
    side->events[at] = event;
    side->count++;
}

static const struct clock_event *next_of(struct side *requested, struct side *requesting)
{
    const struct clock_event *a =
        requested->at < requested->count ? requested->events[requested->at] : NULL;
    const struct clock_event *b =
        requesting->at < requesting->count ? requesting->events[requesting->at] : NULL;
    bool is_first = a != NULL;

    if (a != NULL && b != NULL) {
        is_first = a->time_ms <= b->time_ms;
        if (a->position < b->seen)
            is_first = true;
        else if (b->position < a->seen)
            is_first = false;
    }
    if (is_first)
        requested->at++;
    else
        requesting->at++;
    return is_first ? a : b;
}

void agreement_clock(const struct clock_question *question, struct clock *out)
{
    struct fold fold = {.question = question, .out = out, .now_ms = question->received_ms};
    struct side requested = {.count = 0}, requesting = {.count = 0};

    *out = (struct clock){.row = question->is_urgent ? DEADLINE_URGENT_DIRECT : DEADLINE_OTHER};
    for (size_t i = 0; i < question->event_count; i++)
        side_add(question->events[i].is_requested ? &requested : &requesting, &question->events[i]);
    while (requested.at < requested.count || requesting.at < requesting.count)
        event_take(&fold, next_of(&requested, &requesting));
    int64_t due_ms = due_of(question, out->row, out->suspended_ms);
    if (out->open_question == 0)
        out->due_ms = due_ms;
    else
        out->left_ms = due_ms > out->suspended_from_ms ? due_ms - out->suspended_from_ms : 0;
}
