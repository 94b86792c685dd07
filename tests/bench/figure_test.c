/* What is promised of a figure is held or missed, in either direction, and a miss is counted: see bench/bench.h. */
#include "bench.h"
#include "check.h"

CHECK_TEST(a_must_bounds_from_above_or_below)
{
    CHECK(bench_must_holds("<=100", 100) && bench_must_holds("<=100", 0));
    CHECK(!bench_must_holds("<=100", 100.1));
    CHECK(bench_must_holds(">=0.85", 0.85) && bench_must_holds(">=0.85", 1));
    CHECK(!bench_must_holds(">=0.85", 0.849));
    CHECK(bench_must_holds("", 1e9));
}

CHECK_TEST(only_a_missed_must_is_counted)
{
    struct bench_series series = {.values = {3, 1, 2}, .count = 3};
    struct bench_series none = {.count = 0};

    bench_figure("free", &series, "ms");
    bench_promise("held", &series, "ms", "<=2",
                  "1"); /* the median; what should be reached is not */
    bench_figure_held("held_too", &series, "ms", 2, 0.4);
    CHECK_INT(bench_missed(), 0);
    bench_promise("slow", &series, "ms", "<=1.9", "1");
    CHECK_INT(bench_missed(), 1);
    bench_promise("few", &series, "x", ">=2.1", "");
    CHECK_INT(bench_missed(), 2);
    bench_promise("unmeasured", &none, "ms", "<=2", ""); /* 0 ms would hold it */
    CHECK_INT(bench_missed(), 3);
}

int main(void)
{
    CHECK_RUN(a_must_bounds_from_above_or_below);
    CHECK_RUN(only_a_missed_must_is_counted);
    return check_end();
}
