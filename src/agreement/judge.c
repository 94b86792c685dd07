/* Judge: how an asking is refused and in which words. See judge.h. */
#include "agreement/judge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void judge_text(const struct judge *judge, enum clause clause, char out[RULING_TEXT_SIZE],
                const char *text)
{
    snprintf(out, RULING_TEXT_SIZE, "agreement %.*s/%" PRId64 ", clause %s: %s",
             SPAN_ARG(judge->agreement->id), judge->agreement->version,
             agreement_clauses[clause].number, text);
}

struct span judge_shown(struct span code)
{
    return text_is_identifier(code, 40) ? code : span_text("?");
}

struct span judge_clipped(struct span text, size_t size)
{
    if (text.size <= size)
        return text;
    while (size > 0 && (text.data[size] & 0xC0) == 0x80)
        size--;
    return span_part(text, 0, size);
}

bool judge_refuse(struct judge *judge, enum clause clause, const char *format, ...)
{
    char text[RULING_TEXT_SIZE];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    judge->ruling->is_allowed = false;
    judge->ruling->clause = agreement_clauses[clause].number;
    judge_text(judge, clause, judge->ruling->text, text);
    judge_text(judge, clause, judge->ruling->partner_text, text);
    return false;
}

bool judge_partner_reads(struct judge *judge, enum clause clause, const char *text)
{
    judge_text(judge, clause, judge->ruling->partner_text, text);
    return false;
}
