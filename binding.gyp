{
  "targets": [
    {
      "target_name": "lutra",
      "sources": ["<!@(node -p \"require('fs').readFileSync('native/sources.txt', 'utf8').trim().split(/\\s+/).join(' ')\")"],
      "include_dirs": ["native", "<!(node -p \"require('node-addon-api').include_dir\")"],
      # Node's own flags go, so that both ways of building give a compiler the same ones in the same order: with a compiler's cache
      # the second is free. CMakeLists.txt has the same list.
      "cflags!": ["-fPIC", "-pthread", "-Wall", "-Wextra", "-Wno-unused-parameter", "-m64", "-O3", "-fno-omit-frame-pointer", "-fno-exceptions"],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-fno-strict-aliasing", "-std=gnu++17", "-std=gnu++20", "-std=gnu++1y"],
      "cflags_cc": ["-std=c++17", "-fPIC", "-pthread", "-Wall", "-Wextra", "-Wno-psabi", "-ffp-contract=off", "-fvisibility=hidden", "-O3"],
      "conditions": [
        ["OS=='linux'", { "ldflags": ["-Wl,-z,nodelete", "-pthread"] }],
        ["OS=='mac'", {
          "xcode_settings": {
            "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
            "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
            "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
            "GCC_OPTIMIZATION_LEVEL": "3",
            "MACOSX_DEPLOYMENT_TARGET": "11.0",
            "OTHER_CPLUSPLUSFLAGS": ["-ffp-contract=off"]
          }
        }],
        ["OS=='win'", { "msvs_settings": { "VCCLCompilerTool": { "ExceptionHandling": 1, "AdditionalOptions": ["/std:c++17", "/fp:precise"] } } }]
      ]
    }
  ]
}
