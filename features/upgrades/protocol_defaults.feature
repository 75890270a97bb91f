@rule-upgrade-protocol-default @needs-upgrade @core @exact-names
Feature: An upgrade changes the default protocol
  Up to v0.11.0 a service without a protocol matches every runtime. Since v0.11.1 it counts as v1, so a stored service
  whose only matching runtimes speak v2 loses its runtime with a patch upgrade. Its pods keep running while the status
  reports a failure.

  Scenario Outline: <format> without a protocol has <runtime> up to <from> and none in <to>
    Given KServe <from> is installed
    And the runtimes that KServe <from> ships
    When a service in namespace "team-a" requests "<format>"
    Then it runs on ClusterServingRuntime "<runtime>"
    When KServe is upgraded to <to>
    Then it has no runtime because of "NoSupportingRuntime"
    And it is stored without a protocol
    And its workload still runs on ClusterServingRuntime "<runtime>"

    Examples: The runtimes are not changed
      | format   | runtime             | from    | to      |
      | mlflow   | kserve-mlserver     | v0.10.2 | v0.11.1 |
      | onnx     | kserve-tritonserver | v0.10.2 | v0.11.2 |
      | tensorrt | kserve-tritonserver | v0.9.0  | v0.15.2 |
      | triton   | kserve-tritonserver | v0.10.2 | v0.11.1 |

  Scenario: A service gets its runtime back when it sets the protocol
    Given KServe v0.10.2 is installed
    And the runtimes that KServe v0.10.2 ships
    When a service in namespace "team-a" requests "onnx"
    And KServe is upgraded to v0.11.2
    Then it has no runtime because of "NoSupportingRuntime"
    When a service in namespace "team-a" requests "onnx" over "v2"
    Then it runs on ClusterServingRuntime "kserve-tritonserver"

  @rule-failure-status @rule-workload-kept-on-failure
  Scenario: The status reports the failure and the workload is kept
    Given KServe v0.10.2 is installed
    And the runtimes that KServe v0.10.2 ships
    When a service in namespace "team-a" requests "mlflow"
    Then its status reports no failure
    When KServe is upgraded to v0.11.2
    Then its status has reason "NoSupportingRuntime" and message "No runtime found to support specified framework/version"
    And its workload still runs on ClusterServingRuntime "kserve-mlserver"

  Scenario: A triton service that was stored before v0.11.2 has no runtime until the next write
    Given KServe v0.10.2 is installed
    And the runtimes that KServe v0.10.2 ships
    When a service in namespace "team-a" requests "triton"
    Then it runs on ClusterServingRuntime "kserve-tritonserver"
    When KServe is upgraded to v0.11.2
    Then it is stored without a protocol
    And it has no runtime because of "NoSupportingRuntime"
    When annotation "team" of the service is set to "a"
    Then it is stored with protocol "v2"
    And it runs on ClusterServingRuntime "kserve-tritonserver"

  Scenario: A legacy onnx service has its protocol stored and keeps its runtime
    Given KServe v0.10.2 is installed
    And the runtimes that KServe v0.10.2 ships
    When a service in namespace "team-a" uses the legacy key "onnx"
    Then it is stored with protocol "v2"
    When KServe is upgraded to v0.11.1
    Then it runs on ClusterServingRuntime "kserve-tritonserver"

  @extended
  Scenario: A legacy onnx service of v0.8.0 keeps the runtime to which it is pinned
    Given KServe v0.8.0 is installed
    And the runtimes that KServe v0.8.0 ships
    When a service in namespace "team-a" uses the legacy key "onnx"
    Then it is stored without a protocol
    When KServe is upgraded to v0.11.2
    And the cluster runtimes are replaced with those that KServe v0.11.2 ships
    Then it is stored with runtime "kserve-tritonserver"
    And it runs on ClusterServingRuntime "kserve-tritonserver"

  @extended
  Scenario: A vLLM service that was stored before v0.20.0 is served as v1 until the next write
    Given KServe v0.19.0 is installed
    And these ClusterServingRuntimes
      | name      | format | version | autoSelect | protocols |
      | speaks-v1 | vLLM   | 1       | true       | v1        |
      | speaks-v2 | vLLM   | 1       | true       | v2        |
    When a service in namespace "team-a" requests "vLLM"
    Then it runs on ClusterServingRuntime "speaks-v1"
    When KServe is upgraded to v0.20.0
    Then it runs on ClusterServingRuntime "speaks-v1"
    When annotation "team" of the service is set to "a"
    Then it is stored with protocol "v2"
    And it runs on ClusterServingRuntime "speaks-v2"
