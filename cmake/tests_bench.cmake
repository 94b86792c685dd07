# besa-bench: the measurements of bench/, which `make bench` runs. The test preset builds it, so that it does not break
# unseen, and asks what it would measure; how a promise is held and how figures are kept are tested apart.
if(TARGET besa)
  file(GLOB bench_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/*.c)
  set(bench_all EXCLUDE_FROM_ALL)
  if(BESA_WERROR AND NOT BESA_SANITIZE)
    set(bench_all "")
    add_test(NAME bench_list COMMAND ${CMAKE_SOURCE_DIR}/tests/bench/list_test.sh $<TARGET_FILE:besa-bench>)
    set_tests_properties(bench_list PROPERTIES LABELS unit TIMEOUT 30)
  endif()
  add_executable(besa-bench ${bench_all} ${bench_sources} tests/real/nodes.c tests/real/proxy.c
                 tests/http/support/bare.c tests/store/support/engines.c tests/journal/support/pair.c
                 tests/message/support/samples.c)
  target_include_directories(besa-bench PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(besa-bench PRIVATE BESA_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             BESA_PROGRAM="$<TARGET_FILE:besa>")
  target_link_libraries(besa-bench PRIVATE besa_cmd PkgConfig::GNUTLS PkgConfig::ICU m)
  add_dependencies(besa-bench besa)

  add_executable(bench_figure_test tests/bench/figure_test.c bench/figure.c)
  target_include_directories(bench_figure_test PRIVATE ${CMAKE_SOURCE_DIR}/tests ${CMAKE_SOURCE_DIR}/bench)
  target_link_libraries(bench_figure_test PRIVATE besa_base)
  add_test(NAME bench_figure_test COMMAND bench_figure_test)
  add_test(NAME bench_merge COMMAND ${CMAKE_SOURCE_DIR}/tests/bench/merge_test.sh ${CMAKE_SOURCE_DIR}/tools/bench_merge)
  set_tests_properties(bench_figure_test bench_merge PROPERTIES LABELS unit TIMEOUT 30)
endif()
