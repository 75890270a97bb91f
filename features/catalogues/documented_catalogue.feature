@rule-shipped-catalogue @exact-names
Feature: The shipped runtimes compared with their documentation
  The documentation has a table of the runtimes that KServe ships and of their formats, and its pages on single
  formats explain which protocol leads to which runtime. Not every release behaves as its documentation says.

  Background:
    Given the runtimes that KServe ships

  @claim-d21 @core
  Scenario Outline: The runtime <runtime> is shipped and serves <format>
    When a service in namespace "team-a" requests "<format>" with runtime "<runtime>"
    Then it runs on ClusterServingRuntime "<runtime>"

    Examples: The documented table
      | runtime                   | format     |
      | kserve-lgbserver          | lightgbm   |
      | kserve-mlserver           | mlflow     |
      | kserve-paddleserver       | paddle     |
      | kserve-pmmlserver         | pmml       |
      | kserve-sklearnserver      | sklearn    |
      | kserve-tensorflow-serving | tensorflow |
      | kserve-torchserve         | pytorch    |
      | kserve-tritonserver       | pytorch    |
      | kserve-xgbserver          | xgboost    |

    @since-0.16.0
    Examples: A row that was added in v0.16
      | runtime                   | format      |
      | kserve-huggingfaceserver  | huggingface |

  @claim-d19 @core @since-0.11.0
  Scenario: A sklearn service over v2 without a named runtime runs on kserve-mlserver
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "kserve-mlserver"

  @claim-d19 @core @since-0.11.2
  Scenario Outline: A <format> service over v2 without a named runtime runs on kserve-mlserver
    When a service in namespace "team-a" requests "<format>" over "v2"
    Then it runs on ClusterServingRuntime "kserve-mlserver"

    Examples: The other two formats of the documentation
      | format   |
      | xgboost  |
      | lightgbm |

  @claim-d20 @core @since-0.12.0
  Scenario: An onnx service in the new schema has a runtime only over v2
    When a service "unset" in namespace "team-a" requests "onnx"
    Then it has no runtime because of "NoSupportingRuntime"
    When a service "v2" in namespace "team-a" requests "onnx" over "v2"
    Then it runs on ClusterServingRuntime "kserve-tritonserver"

  @extended
  Scenario: A sklearn service that names kserve-mlserver runs on it
    When a service in namespace "team-a" requests "sklearn" with runtime "kserve-mlserver"
    Then it runs on ClusterServingRuntime "kserve-mlserver"
