@rule-model-decides @core
Feature: A service that brings its own container uses no runtime
  A predictor is either a model, for which a runtime is found, or a container of the service's own. With a container
  no runtime is looked for, whichever there are.

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

  Scenario: A service that changes from a model to a container stops using a runtime
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
