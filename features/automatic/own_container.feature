@rule-model-decides @core
Feature: A service with a custom container uses no runtime
  A predictor is either a model, for which KServe selects a runtime, or a custom container. For a container KServe
  selects no runtime, whatever the catalogue has.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  Scenario: A predictor that is a container uses no runtime
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          containers:
            - name: kserve-container
              image: example.com/own-model:1
      """
    Then it uses no runtime
    And its container has image "example.com/own-model:1"

  Scenario: A service that changes from a model to a container no longer uses a runtime
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat:
              name: sklearn
            storageUri: gs://example/models/model
      """
    Then it runs on ClusterServingRuntime "model-server"
    When the service is updated to
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          containers:
            - name: kserve-container
              image: example.com/own-model:1
      """
    Then it uses no runtime
