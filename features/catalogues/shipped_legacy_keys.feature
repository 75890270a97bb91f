@rule-shipped-legacy @core @exact-names
Feature: Which shipped runtime serves which legacy key
  In a cluster with only the shipped catalogue, every legacy key has a runtime. v0.8.0 pins it, mostly regardless of
  the protocol; since v0.9.0 KServe selects from the catalogue, so another protocol leads to another runtime.

  Background:
    Given the runtimes that KServe ships

  Scenario Outline: The legacy key <key> runs on <runtime>, over v2 on <over v2>, <range>
    When a service "unset" in namespace "team-a" uses the legacy key "<key>"
    Then it runs on ClusterServingRuntime "<runtime>"
    When a service "v2" in namespace "team-a" uses the legacy key "<key>" over "v2"
    Then it runs on ClusterServingRuntime "<over v2>"

    @until-0.8.0
    Examples: Pinned
      | key         | runtime                   | over v2                   | range             |
      | sklearn     | kserve-sklearnserver      | kserve-mlserver           | up to v0.8.0      |
      | xgboost     | kserve-xgbserver          | kserve-mlserver           | up to v0.8.0      |
      | lightgbm    | kserve-lgbserver          | kserve-lgbserver          | up to v0.8.0      |
      | tensorflow  | kserve-tensorflow-serving | kserve-tensorflow-serving | up to v0.8.0      |
      | pmml        | kserve-pmmlserver         | kserve-pmmlserver         | up to v0.8.0      |
      | paddle      | kserve-paddleserver       | kserve-paddleserver       | up to v0.8.0      |

    Examples: The same in every release
      | key         | runtime                   | over v2                   | range             |
      | pytorch     | kserve-torchserve         | kserve-torchserve         | always            |
      | triton      | kserve-tritonserver       | kserve-tritonserver       | always            |
      | onnx        | kserve-tritonserver       | kserve-tritonserver       | always            |

    @since-0.9.0
    Examples: Selected
      | key         | runtime                   | over v2                   | range             |
      | xgboost     | kserve-xgbserver          | kserve-mlserver           | since v0.9.0      |
      | lightgbm    | kserve-lgbserver          | kserve-mlserver           | since v0.9.0      |
      | tensorflow  | kserve-tensorflow-serving | kserve-tritonserver       | since v0.9.0      |

    @since-0.9.0 @until-0.11.0
    Examples: sklearn, selected
      | key         | runtime                   | over v2                   | range             |
      | sklearn     | kserve-sklearnserver      | kserve-mlserver           | v0.9.0 to v0.11.0 |

    @since-0.11.1 @until-0.11.1
    Examples: sklearn, selected, with mixed priorities in kserve-mlserver
      | key         | runtime                   | over v2                   | range             |
      | sklearn     | kserve-sklearnserver      | kserve-sklearnserver      | v0.11.1 alone     |

    @since-0.11.2
    Examples: sklearn, selected, with corrected priorities
      | key         | runtime                   | over v2                   | range             |
      | sklearn     | kserve-sklearnserver      | kserve-mlserver           | since v0.11.2     |

    @since-0.11.1
    Examples: Selected, servers that also speak v2
      | key         | runtime                   | over v2                   | range             |
      | pmml        | kserve-pmmlserver         | kserve-pmmlserver         | since v0.11.1     |
      | paddle      | kserve-paddleserver       | kserve-paddleserver       | since v0.11.1     |

    @since-0.12.0
    Examples: Selected, Hugging Face
      | key         | runtime                   | over v2                   | range             |
      | huggingface | kserve-huggingfaceserver  | kserve-huggingfaceserver  | since v0.12.0     |

  @since-0.9.0 @until-0.11.0
  Scenario Outline: The legacy key <key> runs on <runtime>, over v2 on none, v0.9.0 to v0.11.0
    When a service "unset" in namespace "team-a" uses the legacy key "<key>"
    Then it runs on ClusterServingRuntime "<runtime>"
    When a service "v2" in namespace "team-a" uses the legacy key "<key>" over "v2"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples: Servers that do not speak v2 yet
      | key    | runtime             |
      | pmml   | kserve-pmmlserver   |
      | paddle | kserve-paddleserver |

  Scenario Outline: The legacy key huggingface on multiple nodes runs on the multi-node runtime, <range>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/autoscalerClass: <class>}
      spec:
        predictor:
          huggingface: {storageUri: pvc://models/model}
          workerSpec: {pipelineParallelSize: 2, tensorParallelSize: 1}
      """
    Then it runs on ClusterServingRuntime "kserve-huggingfaceserver-multinode"

    @since-0.15.0 @until-0.15.1
    Examples: The autoscaler class is external
      | class    | range              |
      | external | v0.15.0 to v0.15.1 |

    @since-0.15.2
    Examples: The autoscaler class is none
      | class    | range              |
      | none     | since v0.15.2      |
