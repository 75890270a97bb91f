@rule-shipped-legacy @core @exact-names
Feature: Which shipped runtime serves which legacy key
  With nothing but the shipped catalogue in the cluster, every legacy key has its server. Where v0.8.0 pins it, the
  protocol is of little account; since v0.9.0 it is the catalogue that answers, so another protocol means another server.

  Background:
    Given the runtimes that KServe ships

  Scenario Outline: The legacy key <key> runs on <runtime>, and over v2 on <over v2>, <range>
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
    Examples: Chosen
      | key         | runtime                   | over v2                   | range             |
      | xgboost     | kserve-xgbserver          | kserve-mlserver           | since v0.9.0      |
      | lightgbm    | kserve-lgbserver          | kserve-mlserver           | since v0.9.0      |
      | tensorflow  | kserve-tensorflow-serving | kserve-tritonserver       | since v0.9.0      |

    @since-0.9.0 @until-0.11.0
    Examples: Chosen, sklearn
      | key         | runtime                   | over v2                   | range             |
      | sklearn     | kserve-sklearnserver      | kserve-mlserver           | v0.9.0 to v0.11.0 |

    @since-0.11.1 @until-0.11.1
    Examples: Chosen, sklearn where the priorities of kserve-mlserver were mixed
      | key         | runtime                   | over v2                   | range             |
      | sklearn     | kserve-sklearnserver      | kserve-sklearnserver      | v0.11.1 alone     |

    @since-0.11.2
    Examples: Chosen, sklearn where they are right
      | key         | runtime                   | over v2                   | range             |
      | sklearn     | kserve-sklearnserver      | kserve-mlserver           | since v0.11.2     |

    @since-0.11.1
    Examples: Chosen, servers that speak v2 as well
      | key         | runtime                   | over v2                   | range             |
      | pmml        | kserve-pmmlserver         | kserve-pmmlserver         | since v0.11.1     |
      | paddle      | kserve-paddleserver       | kserve-paddleserver       | since v0.11.1     |

    @since-0.12.0
    Examples: Chosen, Hugging Face
      | key         | runtime                   | over v2                   | range             |
      | huggingface | kserve-huggingfaceserver  | kserve-huggingfaceserver  | since v0.12.0     |

  @since-0.9.0 @until-0.11.0
  Scenario Outline: The legacy key <key> runs on <runtime>, and over v2 on none, v0.9.0 to v0.11.0
    When a service "unset" in namespace "team-a" uses the legacy key "<key>"
    Then it runs on ClusterServingRuntime "<runtime>"
    When a service "v2" in namespace "team-a" uses the legacy key "<key>" over "v2"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples: Servers that speak only v1 yet
      | key    | runtime             |
      | pmml   | kserve-pmmlserver   |
      | paddle | kserve-paddleserver |

  Scenario Outline: The legacy key huggingface on several nodes runs on the multi-node runtime, <range>
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
    Examples: One word for no autoscaler of KServe's own
      | class    | range              |
      | external | v0.15.0 to v0.15.1 |

    @since-0.15.2
    Examples: Another word for it
      | class    | range              |
      | none     | since v0.15.2      |
