# besa-bench: the measurements of bench/. No test; `make bench` runs it.
if(TARGET besa)
  file(GLOB bench_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/*.c)
  add_executable(besa-bench EXCLUDE_FROM_ALL ${bench_sources} tests/real/nodes.c tests/real/proxy.c
                 tests/http/support/bare.c tests/store/support/engines.c tests/journal/support/pair.c
                 tests/message/support/samples.c)
  target_include_directories(besa-bench PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(besa-bench PRIVATE BESA_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             BESA_PROGRAM="$<TARGET_FILE:besa>")
  target_link_libraries(besa-bench PRIVATE besa_cmd PkgConfig::GNUTLS PkgConfig::ICU m)
  add_dependencies(besa-bench besa)
endif()
