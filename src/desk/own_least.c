/* Own least: see own_least.h. */
#include "desk/own_least.h"

#include <stdio.h>

const struct own_measured own_measured[] = {
    {30, {942, 55}, {780, 147}},
    {50, {939, 31}, {774, 144}},
    {70, {917, 24}, {245, 48}},
    {90, {905, 1}, {190, 24}},
};
const size_t own_measured_count = ARRAY_COUNT(own_measured);

const struct own_measured *own_measured_at(unsigned percent)
{
    const struct own_measured *at = NULL;

    for (size_t i = 0; i < own_measured_count && own_measured[i].percent <= percent; i++)
        at = &own_measured[i];
    return at;
}

size_t own_least_reached(const struct own_finding *finding, unsigned percent)
{
    size_t reached = 0;

    while (reached < finding->count &&
           finding->list[reached].score.share * 100 >= (float)percent - 0.001f)
        reached++;
    return reached;
}

static void rates_write(const char *name, const struct own_rates *rates, struct json_writer *out)
{
    char text[8];

    json_key(out, name);
    json_begin_object(out);
    snprintf(text, sizeof text, "0.%03u", rates->found % 1000);
    json_string_field(out, "found", text);
    snprintf(text, sizeof text, "0.%03u", rates->another % 1000);
    json_string_field(out, "another", text);
    json_end_object(out);
}

void own_least_write(unsigned percent, struct json_writer *out)
{
    const struct own_measured *measured = own_measured_at(percent);

    json_key(out, "least");
    json_begin_object(out);
    json_integer_field(out, "percent", percent);
    if (measured != NULL) {
        json_integer_field(out, "measured_percent", measured->percent);
        rates_write("name_and_birth", &measured->dated, out);
        rates_write("name_alone", &measured->name, out);
    }
    json_end_object(out);
}
