@core @exact-names
Feature: The runtime of a converted legacy service
  According to the documentation, the webhook names the built-in runtime of the framework when it converts a legacy
  key to a model. Only v0.8.0 does so. Since v0.9.0 it names no runtime, so KServe selects one for the format: a
  namespaced one, a better cluster runtime, or none.

  @rule-legacy-runtime-pinned @until-0.8.0 @documented
  Scenario Outline: The legacy key <key> is stored with the runtime <runtime>
    Given the runtimes that KServe v0.8.0 ships
    When a service in namespace "team-a" uses the legacy key "<key>"
    Then it is stored with runtime "<runtime>"
    And it runs on ClusterServingRuntime "<runtime>"

    Examples: The built-in runtimes
      | key        | runtime                   |
      | sklearn    | kserve-sklearnserver      |
      | tensorflow | kserve-tensorflow-serving |
      | xgboost    | kserve-xgbserver          |
      | pytorch    | kserve-torchserve         |
      | triton     | kserve-tritonserver       |
      | onnx       | kserve-tritonserver       |
      | pmml       | kserve-pmmlserver         |
      | lightgbm   | kserve-lgbserver          |
      | paddle     | kserve-paddleserver       |

  @rule-legacy-runtime-pinned @extended @until-0.8.0
  Scenario Outline: The legacy key <key> over v2 is stored with the runtime <runtime>
    When a service in namespace "team-a" uses the legacy key "<key>" over "v2"
    Then it is stored with runtime "<runtime>"

    Examples: MLServer for two of the keys only
      | key        | runtime                   |
      | sklearn    | kserve-mlserver           |
      | xgboost    | kserve-mlserver           |
      | lightgbm   | kserve-lgbserver          |
      | tensorflow | kserve-tensorflow-serving |
      | pytorch    | kserve-torchserve         |
      | pmml       | kserve-pmmlserver         |

  @rule-legacy-runtime-not-pinned @since-0.9.0
  Scenario Outline: The legacy key <key> is stored without a runtime
    When a service in namespace "team-a" uses the legacy key "<key>"
    Then it is stored with format "<key>"
    And it is stored without a runtime

    Examples: Every key
      | key        |
      | sklearn    |
      | tensorflow |
      | xgboost    |
      | pytorch    |
      | triton     |
      | onnx       |
      | pmml       |
      | lightgbm   |
      | paddle     |

    @since-0.12.0
    Examples: The key of Hugging Face
      | key         |
      | huggingface |

  @rule-legacy-runtime-not-pinned @extended @since-0.9.0
  Scenario: The legacy key sklearn over v2 is stored without a runtime as well
    When a service in namespace "team-a" uses the legacy key "sklearn" over "v2"
    Then it is stored without a runtime
    And it is stored with protocol "v2"

  @rule-legacy-runtime-not-pinned @claim-d15 @documented
  Scenario: The previous schema becomes the new one with kserve-sklearnserver explicitly specified
    Given a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it is stored with format "sklearn"
    And it is stored with runtime "kserve-sklearnserver"

  @rule-legacy-runtime-pinned @until-0.8.0 @documented
  Scenario: A pinned legacy service does not move to a namespaced runtime
    Given a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "own-sklearn" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"

  @rule-legacy-runtime-not-pinned @since-0.9.0
  Scenario: A legacy service moves to a namespaced runtime
    Given a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "own-sklearn" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ServingRuntime "own-sklearn" in namespace "team-a"

  @rule-legacy-runtime-pinned @until-0.8.0 @documented
  Scenario: A namespaced runtime with the built-in name shadows the built-in runtime
    Given a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "kserve-sklearnserver" in namespace "team-a"
      | format  | version |
      | sklearn | 1       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ServingRuntime "kserve-sklearnserver" in namespace "team-a"

  @rule-legacy-runtime-not-pinned @since-0.9.0
  Scenario: The built-in name alone does not make a namespaced runtime a candidate
    Given a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "kserve-sklearnserver" in namespace "team-a"
      | format  | version |
      | sklearn | 1       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"

  @rule-legacy-runtime-pinned @until-0.8.0 @documented
  Scenario: Without its built-in runtime a pinned legacy service has none
    Given a ClusterServingRuntime "other-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it has no runtime because of "RuntimeNotRecognized"

  @rule-legacy-runtime-not-pinned @since-0.9.0
  Scenario: Without its built-in runtime a legacy service runs on another one
    Given a ClusterServingRuntime "other-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ClusterServingRuntime "other-sklearn"

  @rule-legacy-runtime-pinned @until-0.8.0
  Scenario: If its built-in runtime is disabled, a pinned legacy service has none
    Given a ClusterServingRuntime "kserve-sklearnserver" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "other-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it has no runtime because of "RuntimeDisabled"

  @rule-legacy-runtime-not-pinned @since-0.9.0
  Scenario: If its built-in runtime is disabled, a legacy service runs on another one
    Given a ClusterServingRuntime "kserve-sklearnserver" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "other-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ClusterServingRuntime "other-sklearn"

  @rule-legacy-runtime-pinned @extended @until-0.8.0
  Scenario: A built-in runtime without autoSelect still serves a pinned legacy service
    Given a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version |
      | sklearn | 1       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"

  @rule-legacy-runtime-not-pinned @extended @since-0.9.0
  Scenario: A built-in runtime without autoSelect does not serve a legacy service
    Given a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version |
      | sklearn | 1       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-legacy-runtime-not-pinned @since-0.11.1
  Scenario: A legacy service moves from the built-in runtime to one with a higher priority
    Given these ClusterServingRuntimes
      | name                 | format  | version | autoSelect | priority | protocols |
      | kserve-sklearnserver | sklearn | 1       | true       | 1        | v1        |
      | better-sklearn       | sklearn | 1       | true       | 2        | v1        |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ClusterServingRuntime "better-sklearn"
